//! Finds an error of one type in the error of a service, which may wrap it.

use std::any::{Any, TypeId};
use std::error::Error;
use std::io;
use std::iter;
use std::sync::Arc;

use once_cell::sync::OnceCell;

use super::error::ServiceError;
use crate::values::{BreakerError, Rejection, TimedOut, chain};

/// Returns whether `error` is the error of a breaker, or holds one.
pub(super) fn holds_breaker_error<E: 'static>(error: &E) -> bool {
    holds::<BreakerError, E>(error) || holds::<Rejection, E>(error) || holds::<TimedOut, E>(error)
}

/// Returns whether `error` is a `T`, or holds one: in a [`ServiceError`], a boxed error or an `io::Error`.
pub(super) fn holds<T: Error + 'static, E: 'static>(error: &E) -> bool {
    let mut error: &dyn Any = error;
    loop {
        if error.is::<T>() {
            return true;
        }
        if let Some(error) = standard_error(error) {
            return chain(error).any(<dyn Error>::is::<T>);
        }
        match unwrap_service_error(error) {
            Some(inner) => error = inner,
            None => return false,
        }
    }
}

/// Returns `error` as a standard error, if it has one of the types that can hold any error.
fn standard_error(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    type Thread = dyn Error + Send;
    type Threads = dyn Error + Send + Sync;
    if let Some(error) = error.downcast_ref::<Box<Threads>>() {
        Some(&**error)
    } else if let Some(error) = error.downcast_ref::<Box<Thread>>() {
        Some(&**error)
    } else if let Some(error) = error.downcast_ref::<Box<dyn Error>>() {
        Some(&**error)
    } else if let Some(error) = error.downcast_ref::<Arc<Threads>>() {
        Some(&**error)
    } else {
        Some(error.downcast_ref::<io::Error>()?)
    }
}

/// A type of [`ServiceError`] that a service has returned, with the function that unwraps it.
///
/// The types cannot be listed in the program's source: one layer does not know what the errors of another layer hold.
/// They form a list that never shrinks and has at most one entry for each type in the program.
struct KnownType {
    id: TypeId,
    unwrap: fn(&dyn Any) -> Option<&dyn Any>,
    next: OnceCell<Box<Self>>,
}

static KNOWN_TYPES: OnceCell<Box<KnownType>> = OnceCell::new();

/// Notes that services return `ServiceError<E>`, so that [`holds`] can look into it.
pub(super) fn note_service_error<E: 'static>() {
    let id = TypeId::of::<ServiceError<E>>();
    let mut place = &KNOWN_TYPES;
    loop {
        let known = place.get_or_init(|| {
            Box::new(KnownType {
                id,
                unwrap: unwrap::<E>,
                next: OnceCell::new(),
            })
        });
        if known.id == id {
            return;
        }
        place = &known.next;
    }
}

fn unwrap<E: 'static>(error: &dyn Any) -> Option<&dyn Any> {
    match error.downcast_ref::<ServiceError<E>>()? {
        ServiceError::Breaker(error) => Some(error),
        ServiceError::Inner(error) => Some(error),
    }
}

fn unwrap_service_error(error: &dyn Any) -> Option<&dyn Any> {
    let id = Any::type_id(error);
    let mut known = iter::successors(KNOWN_TYPES.get(), |known| known.next.get());
    (known.find(|known| known.id == id)?.unwrap)(error)
}
