//! From a return value to an outcome, and from a refusal to a return value: what the attribute asks
//! of a function's types, in words of its own.

use std::future::{Future, IntoFuture};

use crate::call::{Guard, Handle};
use crate::values::BreakerError;
use crate::values::Outcome;

/// A type that tells a failure from a success: `Result`, under whatever alias.
#[diagnostic::on_unimplemented(
    message = "a failure cannot be told from a success of `{Self}`: return a `Result`, or say `failure(…)` / `classify = …`",
    label = "no `Result`",
    note = "a future is told by its spelling: make it an `async fn`, or write `Pin<Box<dyn Future<Output = …>>>` out"
)]
pub trait ResultLike<E>: Sized {
    /// Returns whether this is a failure.
    fn is_failure(&self) -> bool;

    /// Takes the failure out, if it is one.
    ///
    /// # Errors
    ///
    /// The failure.
    fn split(self) -> Result<Self, E>;

    /// Has its outcome recorded.
    #[must_use]
    fn recorded(self, guard: &mut Guard<impl Handle>) -> Self;
}

// The error is a parameter: as an associated type it would be demanded a second time, with a second
// message.
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

    // DrainedSlot apart and put together again: looked at by reference it would be made in one place,
    // and copied as a whole to where the caller wants it.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the end of every annotated function passes through"
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

/// A type that can hand its error to the fallback.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no error to hand to the fallback: `fallback_on = error` and `any` need a `Result`",
    label = "no `Result`",
    note = "with `fallback_on = rejected` any type will do"
)]
pub trait HasError<E>: Sized {
    /// Takes the error out, if it is one.
    ///
    /// # Errors
    ///
    /// The error.
    fn part(self) -> Result<Self, E>;
}

impl<T, E> HasError<E> for Result<T, E> {
    #[inline]
    fn part(self) -> Result<Self, E> {
        self.split()
    }
}

/// An error type that has a place for a refusal.
#[diagnostic::on_unimplemented(
    message = "the call can be refused, and `{Self}` has no place for that",
    label = "no place for a `BreakerError`",
    note = "add `#[from] BreakerError` to a variant of the error type, or `fallback = …` to the attribute",
    note = "for a type of another crate: `fallback = |error| Err(…)`",
    note = "a fallback has to take a passed `call_timeout` too: `fallback_on = any`"
)]
pub trait TakesRefusal {
    /// Makes the error of a refused call.
    fn from_refusal(error: BreakerError) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<BreakerError>> TakesRefusal for E {
    #[inline]
    fn from_refusal(error: BreakerError) -> Self {
        error.into()
    }
}

/// A return type that has a place for a refusal.
#[diagnostic::on_unimplemented(
    message = "the call can be refused, and `{Self}` has no place for that",
    label = "no place for a `BreakerError`",
    note = "return a `Result` whose error type takes it, or add `fallback = …` to the attribute"
)]
pub trait Refusable {
    /// Makes the value of a refused call.
    fn refusal(error: BreakerError) -> Self;
}

impl<T, E: TakesRefusal> Refusable for Result<T, E> {
    fn refusal(error: BreakerError) -> Self {
        Err(E::from_refusal(error))
    }
}

/// A return type that a call gets that took too long.
#[diagnostic::on_unimplemented(
    message = "a call can take too long, and `{Self}` has no place for that: `call_timeout` needs a `Result`",
    label = "no place for a `BreakerError`"
)]
pub trait Stoppable {
    /// Makes the value of a call that took too long.
    fn late(error: BreakerError) -> Self;
}

impl<T, E: TakesRefusal> Stoppable for Result<T, E> {
    fn late(error: BreakerError) -> Self {
        Err(E::from_refusal(error))
    }
}

/// A return type that tells a failure from a success and has a place for a refusal.
#[diagnostic::on_unimplemented(
    message = "a failure cannot be told from a success of `{Self}`: return a `Result`, or say `failure(…)` / `classify = …`",
    label = "no `Result`",
    note = "a future is told by its spelling: make it an `async fn`, or write `Pin<Box<dyn Future<Output = …>>>` out"
)]
pub trait RefusableResult {
    /// Makes the value of a refused call.
    fn refusal(error: BreakerError) -> Self;
}

impl<T, E: TakesRefusal> RefusableResult for Result<T, E> {
    #[inline]
    fn refusal(error: BreakerError) -> Self {
        Err(E::from_refusal(error))
    }
}

/// What the fallback of an `async fn` has to return.
#[diagnostic::on_unimplemented(
    message = "the fallback of an `async fn` has to be async too",
    label = "returns `{Self}`, which is no future"
)]
pub trait AsyncAnswer {
    /// The answer's type.
    type Output;
    /// Its future.
    type Answer: Future<Output = Self::Output>;

    /// Makes the future.
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

/// An argument that both the body and the fallback get.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be handed to the fallback again: it is not `Clone`",
    label = "the body takes this argument, and the fallback would need it once more",
    note = "take it by reference or derive `Clone`; under `fallback_on = rejected` an `async fn` needs no second one"
)]
pub trait Again: Sized {
    /// Makes the second one.
    #[must_use]
    fn again(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Again for T {
    fn again(&self) -> Self {
        self.clone()
    }
}

/// Judges a `Result`.
#[inline]
pub fn by_result<R: ResultLike<E>, E>(answer: &R) -> Outcome {
    if answer.is_failure() {
        Outcome::Failure
    } else {
        Outcome::Success
    }
}

/// Judges with the classifier of the attribute, whose argument it gives a type.
#[inline]
pub fn by_classifier<R>(answer: &R, classify: impl FnOnce(&R) -> Outcome) -> Outcome {
    classify(answer)
}

/// Records how a call ended that returns this `Result`.
#[inline]
pub fn settle_result<R: ResultLike<E>, E>(guard: &mut Guard<impl Handle>, answer: R) -> R {
    answer.recorded(guard)
}

/// The value of a call, to be recorded.
///
/// Where another demand says already that the type has to be a `Result`, one that is none gets no
/// second message here: as for [`Unnamed`], method lookup decides which of the two traits answers.
#[derive(Debug)]
pub struct Whole<R>(pub R);

/// Records a `Result` by itself.
pub trait WholeResult {
    /// The `Result`.
    type Answer;

    /// Records how the call ended.
    fn __circuit_breaker_settle(self, guard: &mut Guard<impl Handle>) -> Self::Answer;
}

impl<T, E> WholeResult for Whole<Result<T, E>> {
    type Answer = Result<T, E>;

    #[inline]
    fn __circuit_breaker_settle(self, guard: &mut Guard<impl Handle>) -> Result<T, E> {
        settle_result(guard, self.0)
    }
}

/// Stands for every other type, which does not compile.
pub trait WholeOther {
    /// The value.
    type Answer;

    /// Is never called.
    fn __circuit_breaker_settle(self, guard: &mut Guard<impl Handle>) -> Self::Answer;
}

impl<R> WholeOther for &Whole<R> {
    type Answer = R;

    fn __circuit_breaker_settle(self, _: &mut Guard<impl Handle>) -> R {
        unreachable!("the type is refused elsewhere")
    }
}

/// A value that no pattern of the attribute names.
///
/// Which of the two traits below answers is decided by method lookup: the one for a `Result` needs
/// one reference less and is found first. The method's name is one that nothing else in the
/// user's scope has.
#[derive(Debug)]
pub struct Unnamed<'a, R>(pub &'a R);

/// Judges a `Result` by itself.
pub trait UnnamedResult {
    /// Returns the outcome.
    fn __circuit_breaker_outcome(&self, rest: Outcome) -> Outcome;
}

impl<T, E> UnnamedResult for Unnamed<'_, Result<T, E>> {
    #[inline]
    fn __circuit_breaker_outcome(&self, _: Outcome) -> Outcome {
        by_result(self.0)
    }
}

/// Judges every other value by what the patterns left.
pub trait UnnamedOther {
    /// Returns the outcome.
    fn __circuit_breaker_outcome(&self, rest: Outcome) -> Outcome;
}

impl<R> UnnamedOther for &Unnamed<'_, R> {
    #[inline]
    fn __circuit_breaker_outcome(&self, rest: Outcome) -> Outcome {
        rest
    }
}
