//! Small functions that expansions call to guide type inference.

use std::future::Future;
use std::time::Duration;

use super::results::{
    Again, AsyncAnswer, HasError, Refusable, RefusableResult, ResultLike, Stoppable,
};
use crate::call::{Handle, RejectedCall};
use crate::values::{BreakerError, Outcome};

/// Calls a closure that has to be one of `FnOnce`, with the return type of the function.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the body of every annotated function passes through"
)]
pub fn call_once<R, F: FnOnce() -> R>(call: F) -> R {
    call()
}

/// Makes a closure or block capture the whole variable.
#[inline]
pub const fn whole<T: ?Sized>(_: &T) {}

/// Gives an expression its type.
pub fn typed<T>(value: T) -> T {
    value
}

/// Stands for a value that is never made: it gives an `async` block its type.
pub fn never<R>() -> R {
    unreachable!("this call stands behind `if false`")
}

/// Makes the return value of a refused call whose `Result` also tells its failures.
#[inline]
pub fn refuse_result<R: RefusableResult>(refused: RejectedCall<impl Handle>) -> R {
    R::refusal(refused.into_error())
}

/// Makes the return value of a refused call that is judged by patterns or a classifier.
#[inline]
pub fn refuse<R: Refusable>(refused: RejectedCall<impl Handle>) -> R {
    R::refusal(refused.into_error())
}

/// Makes the return value of a call that took too long, as [`refuse_result`] does.
pub fn refuse_error_result<R: RefusableResult>(error: BreakerError) -> R {
    R::refusal(error)
}

/// Makes the return value of a call that took too long, as [`refuse`] does.
pub fn refuse_error<R: Stoppable>(error: BreakerError) -> R {
    R::late(error)
}

/// Asks the value of a failed call for how long it wants to be left alone.
pub fn hint_if<R, F: FnOnce(&R) -> Option<Duration>>(
    outcome: Outcome,
    answer: &R,
    hint: F,
) -> Option<Duration> {
    match outcome {
        Outcome::Failure => hint(answer),
        Outcome::Success | Outcome::Ignored => None,
    }
}

/// Takes the error out of a call that failed; every other value is the caller's.
///
/// # Errors
///
/// The error of the call.
pub fn failed_result<R: ResultLike<E>, E>(answer: R, outcome: Outcome) -> Result<R, E> {
    match outcome {
        Outcome::Failure => answer.split(),
        Outcome::Success | Outcome::Ignored => Ok(answer),
    }
}

/// Takes the error out of a call that failed and is judged by patterns or a classifier.
///
/// # Errors
///
/// The error of the call.
pub fn failed<R: HasError<E>, E>(answer: R, outcome: Outcome) -> Result<R, E> {
    match outcome {
        Outcome::Failure => answer.part(),
        Outcome::Success | Outcome::Ignored => Ok(answer),
    }
}

/// Makes the second copy of an argument, for the fallback.
pub fn again<T: Again>(argument: &T) -> T {
    argument.again()
}

/// Takes the answer of an async fallback.
pub async fn answer<F: AsyncAnswer>(fallback: F) -> F::Output {
    fallback.answer().await
}

/// Boxes the guarded future.
pub fn boxed<F: Future>(future: F) -> std::pin::Pin<Box<F>> {
    Box::pin(future)
}
