//! What `classify = by_error` asks of a function's error.

use std::time::Duration;

use crate::call::{Guard, Handle, Settled};
use crate::values::{Cause, ClassifyError, Origin, Outcome};

/// A return type whose error knows what it says about the dependency.
#[diagnostic::on_unimplemented(
    message = "`classify = by_error` asks the error of a `Result`, but `{Self}` is not one",
    label = "not a `Result`",
    note = "return a `Result`, or write `classify = |value| …`"
)]
pub trait HasClassifiedError {
    /// Returns the outcome.
    fn outcome(&self) -> Outcome;

    /// Returns how long the dependency asks not to be called again.
    fn retry_after(&self) -> Option<Duration>;

    /// Returns the text for an opening.
    fn cause_text(&self) -> Option<String>;
}

impl<T, E: ClassifyError> HasClassifiedError for Result<T, E> {
    #[inline]
    fn outcome(&self) -> Outcome {
        match self {
            Ok(_) => Outcome::Success,
            Err(error) => error.outcome(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        self.as_ref().err()?.retry_after()
    }

    fn cause_text(&self) -> Option<String> {
        self.as_ref().err()?.cause_text()
    }
}

/// What the error of a value says: the outcome, and the functions that are asked if it is a failure.
// Function pointers, so that only `by_error` has a bound: each bound that a type does not meet is an error for the user.
#[derive(Debug)]
pub struct ByError<R> {
    /// The outcome of the call.
    pub outcome: Outcome,
    hint: fn(&R) -> Option<Duration>,
    cause_text: fn(&R) -> Option<String>,
}

/// Classifies a `Result` by its error.
#[inline]
pub fn by_error<R: HasClassifiedError>(answer: &R) -> ByError<R> {
    ByError {
        outcome: answer.outcome(),
        hint: R::retry_after,
        cause_text: R::cause_text,
    }
}

impl<R> ByError<R> {
    /// Returns how long the error of a failed call asks not to be called again; asks only failures.
    #[inline]
    pub fn hint(&self, answer: &R) -> Option<Duration> {
        match self.outcome {
            Outcome::Failure | Outcome::Trip => (self.hint)(answer),
            Outcome::Success | Outcome::Ignored => None,
        }
    }

    /// Records the outcome with the guard; if it opens the circuit, the text of the error is the cause.
    #[inline]
    pub fn settle<H: Handle>(
        &self,
        guard: Guard<H>,
        answer: &R,
        hint: Option<Duration>,
        origin: Origin,
    ) -> Settled<H> {
        guard.settle_with_cause(self.outcome, hint, &mut || {
            Some(Cause::new((self.cause_text)(answer)?, origin))
        })
    }
}
