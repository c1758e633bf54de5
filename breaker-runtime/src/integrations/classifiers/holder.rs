//! Finds the error of a library in the error of a function.

use std::error::Error;

use super::sources::holds_breaker_error;
use crate::values::{ClassifyError, Outcome, chain};

/// An error whose sources the classifiers search: any [`Error`], and `anyhow::Error`, `eyre::Report` and
/// `Box<dyn Error + Send + Sync>`, which are not errors themselves.
///
/// `By` is found by inference.
#[diagnostic::on_unimplemented(
    message = "the classifier cannot look into `{Self}`: it is neither a standard error nor a box of one",
    label = "does not implement `Error`",
    note = "implement `std::error::Error` for it, or write a closure that passes the inner error to `ClassifyError::outcome`"
)]
pub trait HoldsError<By> {
    /// Returns the outermost error.
    fn outermost(&self) -> &(dyn Error + 'static);
}

/// The error is an [`Error`] itself.
#[derive(Debug)]
pub struct Itself;

/// The error lends an [`Error`] by `AsRef`.
#[derive(Debug)]
pub struct Lent;

#[diagnostic::do_not_recommend]
impl<E: Error + 'static> HoldsError<Itself> for E {
    fn outermost(&self) -> &(dyn Error + 'static) {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<E: AsRef<dyn Error + Send + Sync + 'static>> HoldsError<Lent> for E {
    fn outermost(&self) -> &(dyn Error + 'static) {
        self.as_ref()
    }
}

/// Finds the first `T` among an error and its sources.
pub(super) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// Judges an error by the first `T` among it and its sources.
///
/// Without one, the error of a breaker is ignored, and any other error is a failure.
pub(super) fn judge<T: ClassifyError + Error + 'static>(error: &(dyn Error + 'static)) -> Outcome {
    match find::<T>(error) {
        Some(error) => error.outcome(),
        None if holds_breaker_error(error) => Outcome::Ignored,
        None => Outcome::Failure,
    }
}
