//! The cause of an opening, as the setting `cause` states it.

use std::fmt::{self, Display};

use crate::breaker::StateCause;
use crate::values::{Cause, Origin};

/// A return type whose error the setting `cause` can show.
#[diagnostic::on_unimplemented(
    message = "`cause` without a value shows the error of a `Result`, but `{Self}` is not one",
    label = "not a `Result`",
    note = "write `cause = |value| …`, which returns the text"
)]
pub trait HasShownError {
    /// Formats the error.
    ///
    /// # Errors
    ///
    /// The errors of the formatter.
    fn format_error(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T, E: ShownError> HasShownError for Result<T, E> {
    fn format_error(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ok(_) => f.write_str("an `Ok` that counts as a failure"),
            Err(error) => error.format(f),
        }
    }
}

/// An error that the setting `cause` can show.
#[diagnostic::on_unimplemented(
    message = "`cause` without a value shows the error by `Display`, which `{Self}` does not implement",
    label = "does not implement `Display`",
    note = "implement `Display`, or write `cause = |value| …`, which returns the text"
)]
pub trait ShownError {
    /// Formats the error.
    ///
    /// # Errors
    ///
    /// The errors of the formatter.
    fn format(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

#[diagnostic::do_not_recommend]
impl<E: Display> ShownError for E {
    fn format(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

/// Displays the error of a failed call.
struct ErrorText<'a, R>(&'a R);

impl<R: HasShownError> Display for ErrorText<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format_error(f)
    }
}

/// Ends a call with `settle`, to which it passes a cause: the error of the call.
// It calls `settle` and returns no closure: an opaque type with an unmet bound would be a second error.
#[inline]
pub fn error_cause<R: HasShownError, S>(
    answer: &R,
    origin: Origin,
    settle: impl FnOnce(&mut StateCause<'_>) -> S,
) -> S {
    settle(&mut || Some(Cause::new(ErrorText(answer), origin)))
}

/// What the function of the setting `cause` returns.
#[diagnostic::on_unimplemented(
    message = "`cause` must return text, but `{Self}` does not implement `Display`",
    label = "returns `{Self}`"
)]
pub trait CauseText: Display {}

#[diagnostic::do_not_recommend]
impl<D: Display> CauseText for D {}

/// Ends a call with `settle`, to which it passes a cause: the text from the function of the setting `cause`.
#[inline]
pub fn stated_cause<'a, R, D: CauseText, S>(
    answer: &'a R,
    cause: impl FnOnce(&'a R) -> D,
    origin: Origin,
    settle: impl FnOnce(&mut StateCause<'_>) -> S,
) -> S {
    settle(&mut Cause::once(|| cause(answer), origin))
}
