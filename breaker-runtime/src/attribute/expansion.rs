//! Functions that expansions of the attribute call, most of them to guide type inference.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use super::results::{
    AsyncAnswer, CloneForFallback, FromRejection, FromRejectionResult, FromTimeout,
    FromTimeoutResult, ResultLike, TakeError,
};
use crate::call::{Handle, RejectedCall};
use crate::values::{BreakerError, Outcome};

/// Calls the body as a closure: the bound makes it `FnOnce`, and `R` is the return type of the function.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it runs the body of every annotated function"
)]
pub fn call_once<R, F: FnOnce() -> R>(call: F) -> R {
    call()
}

/// Mentions a variable, so that a closure or block captures all of it and not only some fields.
#[inline]
pub const fn whole<T: ?Sized>(_: &T) {}

/// Mentions a variable that the body changes, so that a block borrows all of it and not only some fields.
#[inline]
pub const fn whole_mut<T: ?Sized>(_: &mut T) {}

/// Returns its argument; the type parameter gives an expression its type.
pub fn typed<T>(value: T) -> T {
    value
}

/// Gives an `async` block its type, in code that never runs.
pub fn never<R>() -> R {
    unreachable!("expansions call this behind `if false`")
}

/// Stands for the type of the value that a function returns. It is `Send`, whatever that type is.
#[derive(Debug)]
pub struct AnswerType<R>(PhantomData<fn() -> R>);

impl<R> AnswerType<R> {
    /// Makes a placeholder whose type parameter rustc infers.
    #[expect(clippy::new_without_default, reason = "only expansions call it")]
    #[inline]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// Requires that the value has this type.
    #[inline]
    pub const fn is_that_of(&self, _: &R) {}

    /// Requires that the future has this output, and returns the future. It does not convert the future into a trait
    /// object, which might not live long enough.
    pub fn is_output_of<F: Future<Output = R>>(&self, future: Pin<Box<F>>) -> Pin<Box<F>> {
        future
    }
}

/// Makes the return value of a rejected call, for a function whose `Result` also decides the outcome.
#[inline]
pub fn reject_result<R: FromRejectionResult>(rejected: RejectedCall<impl Handle>) -> R {
    R::rejected(rejected.into_error())
}

/// Makes the return value of a rejected call, for a function whose outcome patterns or a classifier decide.
#[inline]
pub fn reject<R: FromRejection>(rejected: RejectedCall<impl Handle>) -> R {
    R::rejected(rejected.into_error())
}

/// Makes the return value of a rejected call, as [`reject_result`] does, for a function with `call_timeout`.
#[inline]
pub fn reject_limited_result<R: FromTimeoutResult>(rejected: RejectedCall<impl Handle>) -> R {
    R::timed_out(rejected.into_error())
}

/// Makes the return value of a rejected call, as [`reject`] does, for a function with `call_timeout`.
#[inline]
pub fn reject_limited<R: FromTimeout>(rejected: RejectedCall<impl Handle>) -> R {
    R::timed_out(rejected.into_error())
}

/// Makes the return value of a timed-out call, for a function whose `Result` also decides the outcome.
pub fn time_out_result<R: FromTimeoutResult>(error: BreakerError) -> R {
    R::timed_out(error)
}

/// Makes the return value of a timed-out call, for a function whose outcome patterns or a classifier decide.
pub fn time_out<R: FromTimeout>(error: BreakerError) -> R {
    R::timed_out(error)
}

/// Returns how long the value of a failed call asks not to be called again; calls `hint` only for failures.
pub fn hint_if<R, F: FnOnce(&R) -> Option<Duration>>(
    outcome: Outcome,
    answer: &R,
    hint: F,
) -> Option<Duration> {
    match outcome {
        Outcome::Failure | Outcome::Trip => hint(answer),
        Outcome::Success | Outcome::Ignored => None,
    }
}

/// Splits off the error of a failed call, for a function whose `Result` decides the outcome.
///
/// # Errors
///
/// The error of the failed call, for the fallback. Every other value goes to the caller as it is.
pub fn failed_result<R: ResultLike<E>, E>(answer: R, outcome: Outcome) -> Result<R, E> {
    match outcome {
        Outcome::Failure | Outcome::Trip => answer.split(),
        Outcome::Success | Outcome::Ignored => Ok(answer),
    }
}

/// Splits off the error of a failed call, for a function whose outcome patterns or a classifier decide.
///
/// # Errors
///
/// The error of the failed call, for the fallback. Every other value goes to the caller as it is.
pub fn failed<R: TakeError<E>, E>(answer: R, outcome: Outcome) -> Result<R, E> {
    match outcome {
        Outcome::Failure | Outcome::Trip => answer.take_error(),
        Outcome::Success | Outcome::Ignored => Ok(answer),
    }
}

/// Drops the error of a call whose fallback does not get it.
pub fn without_error<G, E>((guard, _): (G, E)) -> G {
    guard
}

/// Clones an argument that both the body and the fallback take.
pub fn clone_for_fallback<T: CloneForFallback>(argument: &T) -> T {
    argument.clone_for_fallback()
}

/// Awaits an async fallback.
pub async fn answer<F: AsyncAnswer>(fallback: F) -> F::Output {
    fallback.answer().await
}

/// Boxes the guarded future of a function that returns a boxed future.
pub fn boxed<F: Future>(future: F) -> Pin<Box<F>> {
    Box::pin(future)
}

/// Boxes the guarded stream of a function that returns a boxed stream.
pub fn boxed_stream<S>(stream: S) -> Pin<Box<S>> {
    Box::pin(stream)
}
