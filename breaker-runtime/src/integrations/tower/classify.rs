//! Classifying the answers of a service.

use std::error::Error;
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use super::find_error::{holds, holds_breaker_error};
use crate::values::{Cause, Origin, Outcome};

/// Classifies the answers of a service.
///
/// Every function and closure from `Result<&Response, &Error>` to [`Outcome`] is a classifier. Each call holds a clone
/// of it; a closure that captures nothing takes no space.
///
/// # Examples
///
/// A type as the classifier, here for answers with a code:
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
    message = "`{Self}` cannot classify a `Result<&{Response}, &{Error}>`",
    note = "write the types of the closure's argument: `.classify(|answer: Result<&Response, &Error>| …)`"
)]
pub trait Classify<Response, Error> {
    /// Returns the outcome of the call.
    fn classify(&self, answer: Result<&Response, &Error>) -> Outcome;

    /// Returns how long the answer of a failed call asks not to be called again, as the setting `open_for_hint` of the
    /// attribute does. By default `None`.
    fn hint(&self, answer: Result<&Response, &Error>) -> Option<Duration> {
        let _ = answer;
        None
    }

    /// Returns the cause of a failed call that has opened the circuit, as the setting `cause` of the attribute does.
    ///
    /// The default is `None`. The method is called at most once for such a call, never for another call, and outside
    /// of every lock. [`Cause::here`] makes a cause.
    fn cause(&self, answer: Result<&Response, &Error>) -> Option<Cause> {
        let _ = answer;
        None
    }

    /// Returns the outcome of a call whose body has ended with trailers, for a layer with
    /// [`until_body_end`](super::CircuitBreakerLayer::until_body_end). By default a success.
    ///
    /// It is called only if [`classify`](Self::classify) has called the head a success.
    #[cfg(feature = "http")]
    fn classify_trailers(&self, trailers: &http::HeaderMap) -> Outcome {
        let _ = trailers;
        Outcome::Success
    }

    /// Returns how long the trailers of a failed call ask not to be called again. By default `None`.
    #[cfg(feature = "http")]
    fn hint_of_trailers(&self, trailers: &http::HeaderMap) -> Option<Duration> {
        let _ = trailers;
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

/// The default classifier: `Ok` is a success, and `Err` is a failure unless it is the error of another breaker.
///
/// The error of a breaker says nothing about the dependency, so the classifier ignores it. It recognises a
/// [`BreakerError`](crate::BreakerError), also inside a [`ServiceError`](super::ServiceError), a
/// [`CallError`](crate::CallError) made from one, a boxed error or an `io::Error`, at any depth. For any other type of
/// error, write a classifier with
/// [`BreakerError::find_in`](crate::BreakerError::find_in), which also searches the sources of an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByResult;

impl<R, E: 'static> Classify<R, E> for ByResult {
    #[inline]
    fn classify(&self, answer: Result<&R, &E>) -> Outcome {
        match answer {
            Ok(_) => Outcome::Success,
            Err(error) => of_error(error),
        }
    }
}

/// Ignores the error of another breaker, and classifies every other error as a failure.
#[cold]
pub(super) fn of_error<E: 'static>(error: &E) -> Outcome {
    if holds_breaker_error(error) {
        Outcome::Ignored
    } else {
        Outcome::Failure
    }
}

/// A classifier that ignores each error that is a `T` or holds one.
///
/// [`CircuitBreakerLayer::ignore_errors`](super::CircuitBreakerLayer::ignore_errors) makes it.
pub struct IgnoreErrors<C, T> {
    classify: C,
    ignored: PhantomData<fn() -> T>,
}

impl<C, T> IgnoreErrors<C, T> {
    pub(super) fn new(classify: C) -> Self {
        let ignored = PhantomData;
        Self { classify, ignored }
    }
}

impl<R, E, C, T> Classify<R, E> for IgnoreErrors<C, T>
where
    E: 'static,
    C: Classify<R, E>,
    T: Error + 'static,
{
    #[inline]
    fn classify(&self, answer: Result<&R, &E>) -> Outcome {
        match answer {
            Err(error) if holds::<T, E>(error) => Outcome::Ignored,
            answer => self.classify.classify(answer),
        }
    }

    #[inline]
    fn hint(&self, answer: Result<&R, &E>) -> Option<Duration> {
        self.classify.hint(answer)
    }

    fn cause(&self, answer: Result<&R, &E>) -> Option<Cause> {
        self.classify.cause(answer)
    }

    #[cfg(feature = "http")]
    fn classify_trailers(&self, trailers: &http::HeaderMap) -> Outcome {
        self.classify.classify_trailers(trailers)
    }

    #[cfg(feature = "http")]
    fn hint_of_trailers(&self, trailers: &http::HeaderMap) -> Option<Duration> {
        self.classify.hint_of_trailers(trailers)
    }
}

impl<C: Clone, T> Clone for IgnoreErrors<C, T> {
    fn clone(&self) -> Self {
        Self::new(self.classify.clone())
    }
}

impl<C, T> fmt::Debug for IgnoreErrors<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IgnoreErrors").finish_non_exhaustive()
    }
}

/// A classifier with a separate function for the hint.
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

    fn cause(&self, answer: Result<&R, &E>) -> Option<Cause> {
        self.classify.cause(answer)
    }

    #[cfg(feature = "http")]
    fn classify_trailers(&self, trailers: &http::HeaderMap) -> Outcome {
        self.classify.classify_trailers(trailers)
    }

    #[cfg(feature = "http")]
    fn hint_of_trailers(&self, trailers: &http::HeaderMap) -> Option<Duration> {
        self.classify.hint_of_trailers(trailers)
    }
}

/// A classifier with a separate function for the cause.
#[derive(Clone)]
pub struct WithCause<C, F> {
    pub(super) classify: C,
    pub(super) cause: F,
    /// Where the function was added to the layer.
    pub(super) added_at: &'static Location<'static>,
}

impl<R, E, C, F, D> Classify<R, E> for WithCause<C, F>
where
    C: Classify<R, E>,
    F: Fn(Result<&R, &E>) -> D,
    D: Display,
{
    #[inline]
    fn classify(&self, answer: Result<&R, &E>) -> Outcome {
        self.classify.classify(answer)
    }

    #[inline]
    fn hint(&self, answer: Result<&R, &E>) -> Option<Duration> {
        self.classify.hint(answer)
    }

    fn cause(&self, answer: Result<&R, &E>) -> Option<Cause> {
        let origin = Origin::of_caller(self.added_at);
        Some(Cause::new((self.cause)(answer), origin))
    }

    #[cfg(feature = "http")]
    fn classify_trailers(&self, trailers: &http::HeaderMap) -> Outcome {
        self.classify.classify_trailers(trailers)
    }

    #[cfg(feature = "http")]
    fn hint_of_trailers(&self, trailers: &http::HeaderMap) -> Option<Duration> {
        self.classify.hint_of_trailers(trailers)
    }
}

impl<C, F> fmt::Debug for WithCause<C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithCause").finish_non_exhaustive()
    }
}

impl<C, H> fmt::Debug for WithHint<C, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithHint").finish_non_exhaustive()
    }
}
