//! The types of errors that wrap another error, as services have returned them.

use std::any::{Any, TypeId};
use std::iter;

use once_cell::sync::OnceCell;

/// Returns the error that an error wraps.
pub(super) type Unwrap = fn(&dyn Any) -> Option<&dyn Any>;

/// A type of error that a service has returned, with the function that unwraps it.
///
/// The types cannot be listed in the program's source: one layer does not know what the errors of another layer hold.
/// They form a list that never shrinks and has at most one entry for each type in the program.
struct Wrapper {
    id: TypeId,
    unwrap: Unwrap,
    next: OnceCell<Box<Self>>,
}

static WRAPPERS: OnceCell<Box<Wrapper>> = OnceCell::new();

/// Notes that services return errors of type `T`, which wrap other errors.
pub(super) fn note<T: 'static>(unwrap: Unwrap) {
    let id = TypeId::of::<T>();
    let mut place = &WRAPPERS;
    loop {
        let known = place.get_or_init(|| {
            Box::new(Wrapper {
                id,
                unwrap,
                next: OnceCell::new(),
            })
        });
        if known.id == id {
            return;
        }
        place = &known.next;
    }
}

/// Unwraps an error whose type was noted.
pub(super) fn unwrap(error: &dyn Any) -> Option<&dyn Any> {
    let id = Any::type_id(error);
    let mut known = iter::successors(WRAPPERS.get(), |known| known.next.get());
    (known.find(|known| known.id == id)?.unwrap)(error)
}
