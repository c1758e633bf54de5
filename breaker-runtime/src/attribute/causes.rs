//! The cause of an opening, as the setting `cause` states it.

use std::fmt::{self, Display};

/// A return type whose error the setting `cause` can show.
#[diagnostic::on_unimplemented(
    message = "`cause` without a value shows the error of a `Result`, and `{Self}` is none",
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
#[derive(Debug)]
pub struct ErrorText<'a, R>(&'a R);

impl<R: HasShownError> Display for ErrorText<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format_error(f)
    }
}

/// Returns the text of the error of a failed call.
pub fn error_text<R: HasShownError>(answer: &R) -> ErrorText<'_, R> {
    ErrorText(answer)
}
