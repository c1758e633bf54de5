//! From the answer of a service to an outcome.

use std::fmt;
use std::time::Duration;

use crate::values::Outcome;

/// Judges the answers of a service.
///
/// Every closure and function of a `Result<&Response, &Error>` with an [`Outcome`] is one. Each call takes
/// a clone with it, which costs a closure that captures nothing no more than no closure.
///
/// # Examples
///
/// A classifier as a type of its own, here for answers that have a code:
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::Outcome;
/// use breaker_runtime::tower::Classify;
///
/// struct Answer {
///     code: u32,
/// }
///
/// #[derive(Clone, Copy)]
/// struct Codes;
///
/// impl<E> Classify<Answer, E> for Codes {
///     fn classify(&self, answer: Result<&Answer, &E>) -> Outcome {
///         match answer {
///             Ok(Answer { code: 0 }) => Outcome::Success,
///             Ok(Answer { code: 1..=9 }) => Outcome::Ignored,
///             _ => Outcome::Failure,
///         }
///     }
///
///     fn hint(&self, answer: Result<&Answer, &E>) -> Option<Duration> {
///         let busy = answer.is_ok_and(|answer| answer.code == 42);
///         busy.then_some(Duration::from_secs(60))
///     }
/// }
///
/// assert_eq!(Codes.classify(Ok::<_, &()>(&Answer { code: 3 })), Outcome::Ignored);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not judge answers that are a `Result<&{Response}, &{Error}>`",
    note = "give the layer a closure with its types: `.classify(|answer: Result<&Response, &Error>| …)`"
)]
pub trait Classify<Response, Error> {
    /// Returns how the call is judged.
    fn classify(&self, answer: Result<&Response, &Error>) -> Outcome;

    /// Returns for how long the answer of a failed call asks to be left alone: see the key `open_for_hint`
    /// of the attribute. Nothing, unless there is something else to say.
    fn hint(&self, answer: Result<&Response, &Error>) -> Option<Duration> {
        let _ = answer;
        None
    }
}

#[diagnostic::do_not_recommend]
impl<R, E, F> Classify<R, E> for F
where
    F: Fn(Result<&R, &E>) -> Outcome,
{
    #[inline]
    fn classify(&self, answer: Result<&R, &E>) -> Outcome {
        self(answer)
    }
}

/// Takes an `Err` for a failure and an `Ok` for a success: what a layer does unless it is told otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByResult;

impl<R, E> Classify<R, E> for ByResult {
    #[inline]
    fn classify(&self, answer: Result<&R, &E>) -> Outcome {
        match answer {
            Ok(_) => Outcome::Success,
            Err(_) => Outcome::Failure,
        }
    }
}

/// A classifier whose hint another function gives.
#[derive(Clone)]
pub struct WithHint<C, H> {
    pub(super) classify: C,
    pub(super) hint: H,
}

impl<R, E, C, H> Classify<R, E> for WithHint<C, H>
where
    C: Classify<R, E>,
    H: Fn(Result<&R, &E>) -> Option<Duration>,
{
    #[inline]
    fn classify(&self, answer: Result<&R, &E>) -> Outcome {
        self.classify.classify(answer)
    }

    #[inline]
    fn hint(&self, answer: Result<&R, &E>) -> Option<Duration> {
        (self.hint)(answer)
    }
}

impl<C, H> fmt::Debug for WithHint<C, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithHint").finish_non_exhaustive()
    }
}
