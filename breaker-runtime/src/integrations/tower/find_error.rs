//! Finds an error of one type in the error of a service, which may wrap it.

use std::any::Any;
use std::error::Error;
use std::io;
use std::sync::Arc;

use super::wrappers::unwrap;
use crate::values::{BreakerError, Rejection, TimedOut, chain};

/// Returns whether `error` is the error of a breaker, or holds one.
pub(super) fn holds_breaker_error<E: 'static>(error: &E) -> bool {
    holds::<BreakerError, E>(error) || holds::<Rejection, E>(error) || holds::<TimedOut, E>(error)
}

/// Returns whether `error` is a `T`, or holds one: in an error that services have wrapped, a
/// boxed error or an `io::Error`.
pub(super) fn holds<T: Error + 'static, E: 'static>(error: &E) -> bool {
    let mut error: &dyn Any = error;
    loop {
        if error.is::<T>() {
            return true;
        }
        if let Some(error) = standard_error(error) {
            return chain(error).any(<dyn Error>::is::<T>);
        }
        match unwrap(error) {
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
    } else if let Some(error) = error.downcast_ref::<Box<BreakerError>>() {
        Some(&**error)
    } else if let Some(error) = error.downcast_ref::<Arc<BreakerError>>() {
        Some(&**error)
    } else {
        Some(error.downcast_ref::<io::Error>()?)
    }
}
