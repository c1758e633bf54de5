//! The fallback of a call with options: which calls it answers, and how.

use std::fmt;
use std::future::{Future, Ready, ready};

use crate::values::CallError;

/// Which calls a fallback answers: the setting `fallback_on` of the attribute.
///
/// An `Err` that is ignored or a success goes to the caller as it is, and so does an `Ok` that is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FallbackOn {
    /// Calls that were rejected.
    Rejected,
    /// Calls that returned an `Err` that is a failure, and calls that exceeded their `call_timeout`.
    Error,
    /// Both.
    Any,
}

impl FallbackOn {
    pub(super) fn answers_rejected(self) -> bool {
        matches!(self, Self::Rejected | Self::Any)
    }

    pub(super) fn answers_failed(self) -> bool {
        matches!(self, Self::Error | Self::Any)
    }
}

/// An async fallback.
#[derive(Clone, Copy)]
pub struct Awaited<F>(pub(super) F);

impl<F> fmt::Debug for Awaited<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Awaited").finish_non_exhaustive()
    }
}

/// A fallback of an async call: a function, or one that returns a future.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no fallback: it must take a `CallError` and return a `Result<_, CallError<_>>`"
)]
pub trait AsyncFallback<T, E> {
    /// The future of the answer.
    type Answer: Future<Output = Result<T, CallError<E>>>;

    /// Begins to answer.
    fn answer(self, error: CallError<E>) -> Self::Answer;
}

#[diagnostic::do_not_recommend]
impl<T, E, F: FnOnce(CallError<E>) -> Result<T, CallError<E>>> AsyncFallback<T, E> for F {
    type Answer = Ready<Result<T, CallError<E>>>;

    fn answer(self, error: CallError<E>) -> Self::Answer {
        ready(self(error))
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, F, A> AsyncFallback<T, E> for Awaited<F>
where
    F: FnOnce(CallError<E>) -> A,
    A: Future<Output = Result<T, CallError<E>>>,
{
    type Answer = A;

    fn answer(self, error: CallError<E>) -> A {
        (self.0)(error)
    }
}
