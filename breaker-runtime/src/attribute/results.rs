//! What the attribute requires of a function's types, with its own diagnostics.
//!
//! The traits turn a return value into an outcome, and a rejection into a return value.

use std::future::{Future, IntoFuture};

use crate::call::{Guard, Handle};
use crate::values::{BreakerError, Outcome};

/// A type that distinguishes failures from successes: `Result`, under any alias.
#[diagnostic::on_unimplemented(
    message = "cannot tell success from failure for the return type `{Self}`: return a `Result`, or add `failure(…)` or `classify = …`",
    label = "not a `Result`",
    note = "a future is recognised by its spelling: use an `async fn`, or write `Pin<Box<dyn Future<Output = …>>>` in full"
)]
pub trait ResultLike<E>: Sized {
    /// Returns whether this is a failure.
    fn is_failure(&self) -> bool;

    /// Splits off the error, if this is a failure.
    ///
    /// # Errors
    ///
    /// The error of the failure.
    fn split(self) -> Result<Self, E>;

    /// Records the outcome and returns the value.
    #[must_use]
    fn recorded(self, guard: &mut Guard<impl Handle>) -> Self;
}

// The error is a type parameter: an associated type would be a second requirement, with a second message.
impl<T, E> ResultLike<E> for Result<T, E> {
    #[inline]
    fn is_failure(&self) -> bool {
        self.is_err()
    }

    #[inline]
    fn split(self) -> Result<Self, E> {
        match self {
            Ok(value) => Ok(Ok(value)),
            Err(error) => Err(error),
        }
    }

    // The value is taken apart and rebuilt: if it were inspected by reference, it would be made in one place and then
    // copied as a whole to where the caller wants it.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it ends the call of every annotated function"
    )]
    fn recorded(self, guard: &mut Guard<impl Handle>) -> Self {
        match self {
            Ok(value) => {
                guard.record(Outcome::Success);
                Ok(value)
            }
            Err(error) => {
                guard.record(Outcome::Failure);
                Err(error)
            }
        }
    }
}

/// A return type that can pass its error to the fallback.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no error to pass to the fallback: `fallback_on = error` and `fallback_on = any` need a `Result`",
    label = "not a `Result`",
    note = "`fallback_on = rejected` works with every return type"
)]
pub trait TakeError<E>: Sized {
    /// Splits off the error, if the value is an error.
    ///
    /// # Errors
    ///
    /// The error.
    fn take_error(self) -> Result<Self, E>;
}

impl<T, E> TakeError<E> for Result<T, E> {
    #[inline]
    fn take_error(self) -> Result<Self, E> {
        self.split()
    }
}

/// An error type that can hold a [`BreakerError`].
#[diagnostic::on_unimplemented(
    message = "calls can be rejected, but `{Self}` cannot hold a `BreakerError`",
    label = "does not implement `From<BreakerError>`",
    note = "add a variant with `#[from] BreakerError` to the error type, or `fallback = …` to the attribute",
    note = "if the error type belongs to another crate, use `fallback = |error| Err(…)`"
)]
pub trait TakeRejection {
    /// Makes the error of a rejected call.
    fn from_rejection(error: BreakerError) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<BreakerError>> TakeRejection for E {
    #[inline]
    fn from_rejection(error: BreakerError) -> Self {
        error.into()
    }
}

/// An error type that can hold a [`BreakerError`], for a function with `call_timeout`.
#[diagnostic::on_unimplemented(
    message = "calls can be rejected or time out, but `{Self}` cannot hold a `BreakerError`",
    label = "does not implement `From<BreakerError>`",
    note = "add a variant with `#[from] BreakerError` to the error type, or `fallback = …` to the attribute",
    note = "if the error type belongs to another crate, use `fallback = |error| Err(…)`",
    note = "with `call_timeout`, the fallback must also answer timed-out calls: `fallback_on = any`"
)]
pub trait TakeTimeout {
    /// Makes the error of a rejected or timed-out call.
    fn from_timeout(error: BreakerError) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<BreakerError>> TakeTimeout for E {
    #[inline]
    fn from_timeout(error: BreakerError) -> Self {
        error.into()
    }
}

/// A return type that can hold the [`BreakerError`] of a rejected call.
#[diagnostic::on_unimplemented(
    message = "calls can be rejected, but `{Self}` cannot hold a `BreakerError`",
    label = "cannot hold a `BreakerError`",
    note = "return a `Result` whose error type implements `From<BreakerError>`, or add `fallback = …` to the attribute"
)]
pub trait FromRejection {
    /// Makes the return value of a rejected call.
    fn rejected(error: BreakerError) -> Self;
}

impl<T, E: TakeRejection> FromRejection for Result<T, E> {
    fn rejected(error: BreakerError) -> Self {
        Err(E::from_rejection(error))
    }
}

/// A return type that can hold the [`BreakerError`] of a rejected or timed-out call.
#[diagnostic::on_unimplemented(
    message = "calls can time out, but `{Self}` cannot hold a `BreakerError`: `call_timeout` needs a `Result`",
    label = "cannot hold a `BreakerError`"
)]
pub trait FromTimeout {
    /// Makes the return value of a rejected or timed-out call.
    fn timed_out(error: BreakerError) -> Self;
}

impl<T, E: TakeTimeout> FromTimeout for Result<T, E> {
    fn timed_out(error: BreakerError) -> Self {
        Err(E::from_timeout(error))
    }
}

/// A return type that distinguishes failures from successes and can hold a [`BreakerError`].
#[diagnostic::on_unimplemented(
    message = "cannot tell success from failure for the return type `{Self}`: return a `Result`, or add `failure(…)` or `classify = …`",
    label = "not a `Result`",
    note = "a future is recognised by its spelling: use an `async fn`, or write `Pin<Box<dyn Future<Output = …>>>` in full"
)]
pub trait FromRejectionResult {
    /// Makes the return value of a rejected call.
    fn rejected(error: BreakerError) -> Self;
}

impl<T, E: TakeRejection> FromRejectionResult for Result<T, E> {
    #[inline]
    fn rejected(error: BreakerError) -> Self {
        Err(E::from_rejection(error))
    }
}

/// A return type like that of [`FromRejectionResult`], for a function with `call_timeout`.
#[diagnostic::on_unimplemented(
    message = "cannot tell success from failure for the return type `{Self}`: return a `Result`, or add `failure(…)` or `classify = …`",
    label = "not a `Result`",
    note = "a future is recognised by its spelling: use an `async fn`, or write `Pin<Box<dyn Future<Output = …>>>` in full"
)]
pub trait FromTimeoutResult {
    /// Makes the return value of a rejected or timed-out call.
    fn timed_out(error: BreakerError) -> Self;
}

impl<T, E: TakeTimeout> FromTimeoutResult for Result<T, E> {
    #[inline]
    fn timed_out(error: BreakerError) -> Self {
        Err(E::from_timeout(error))
    }
}

/// The return type of the fallback of an `async fn`: a future.
#[diagnostic::on_unimplemented(
    message = "the fallback of an `async fn` must be async too",
    label = "returns `{Self}`, which is not a future"
)]
pub trait AsyncAnswer {
    /// The type of the answer.
    type Output;
    /// The future that returns the answer.
    type Answer: Future<Output = Self::Output>;

    /// Returns the future.
    fn answer(self) -> Self::Answer;
}

#[diagnostic::do_not_recommend]
impl<F: IntoFuture> AsyncAnswer for F {
    type Output = F::Output;
    type Answer = F::IntoFuture;

    fn answer(self) -> F::IntoFuture {
        self.into_future()
    }
}

/// An argument that both the body and the fallback take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed to the fallback: it is not `Clone`",
    label = "the body takes this argument, and the fallback needs it too",
    note = "take it by reference or derive `Clone`; with `fallback_on = rejected`, an `async fn` does not clone it"
)]
pub trait CloneForFallback: Sized {
    /// Clones the argument.
    #[must_use]
    fn clone_for_fallback(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> CloneForFallback for T {
    fn clone_for_fallback(&self) -> Self {
        self.clone()
    }
}

/// Returns the outcome of a `Result`: `Ok` is a success and `Err` a failure.
#[inline]
pub fn by_result<R: ResultLike<E>, E>(answer: &R) -> Outcome {
    if answer.is_failure() {
        Outcome::Failure
    } else {
        Outcome::Success
    }
}

/// Returns the outcome by the classifier of the attribute; the bound gives the closure's argument its type.
#[inline]
pub fn by_classifier<R>(answer: &R, classify: impl FnOnce(&R) -> Outcome) -> Outcome {
    classify(answer)
}

/// Records the outcome of a call that returns a `Result`, and returns the `Result`.
#[inline]
pub fn settle_result<R: ResultLike<E>, E>(guard: &mut Guard<impl Handle>, answer: R) -> R {
    answer.recorded(guard)
}

/// The value of a call whose outcome is to be recorded.
///
/// Another requirement already rejects a type that is not a `Result`. So that such a type does not get a second message
/// here, method lookup selects one of the two traits below, as for [`ClassifyByType`].
#[derive(Debug)]
pub struct SettleByType<R>(pub R);

/// Records a `Result` by its variant.
pub trait SettleResult {
    /// The type of the `Result`.
    type Answer;

    /// Records the outcome and returns the value.
    fn __circuit_breaker_settle(self, guard: &mut Guard<impl Handle>) -> Self::Answer;
}

impl<T, E> SettleResult for SettleByType<Result<T, E>> {
    type Answer = Result<T, E>;

    #[inline]
    fn __circuit_breaker_settle(self, guard: &mut Guard<impl Handle>) -> Result<T, E> {
        settle_result(guard, self.0)
    }
}

/// Accepts every other type, so that the only message is that of the other requirement.
pub trait SettleOther {
    /// The type of the value.
    type Answer;

    /// Never runs, because the function does not compile.
    fn __circuit_breaker_settle(self, guard: &mut Guard<impl Handle>) -> Self::Answer;
}

impl<R> SettleOther for &SettleByType<R> {
    type Answer = R;

    fn __circuit_breaker_settle(self, _: &mut Guard<impl Handle>) -> R {
        unreachable!("another requirement rejects the type")
    }
}

/// A value that matches no pattern of the attribute.
///
/// Method lookup selects one of the two traits below: the one for `Result` needs one reference less and is found first.
/// The name of the method does not occur in user code.
#[derive(Debug)]
pub struct ClassifyByType<'a, R>(pub &'a R);

/// Classifies a `Result` by its variant.
pub trait ClassifyResult {
    /// Returns the outcome.
    fn __circuit_breaker_outcome(&self, rest: Outcome) -> Outcome;
}

impl<T, E> ClassifyResult for ClassifyByType<'_, Result<T, E>> {
    #[inline]
    fn __circuit_breaker_outcome(&self, _: Outcome) -> Outcome {
        by_result(self.0)
    }
}

/// Classifies every other value as `rest`, which the patterns of the attribute imply.
pub trait ClassifyOther {
    /// Returns the outcome.
    fn __circuit_breaker_outcome(&self, rest: Outcome) -> Outcome;
}

impl<R> ClassifyOther for &ClassifyByType<'_, R> {
    #[inline]
    fn __circuit_breaker_outcome(&self, rest: Outcome) -> Outcome {
        rest
    }
}
