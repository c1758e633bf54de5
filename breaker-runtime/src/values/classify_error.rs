//! What an error type says about the dependency.

use std::sync::Arc;
use std::time::Duration;

use super::error::{BreakerError, CallError, TimedOut};
use super::outcome::Outcome;
use super::rejection::Rejection;

/// An error that knows what it says about the dependency, for `classify = by_error`.
///
/// Implement it once for the error type of a team, and every function that returns such an error is classified by it:
/// the attribute's setting `classify = by_error` asks the error for the outcome, for the hint and for the cause. An `Ok`
/// is a success.
///
/// The errors of other crates have it behind the feature of the crate, see [`classifiers`](crate::classifiers). So the
/// variants of an own error type can pass the question on:
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use std::time::Duration;
/// use breaker_runtime::{BreakerError, ClassifyError, Outcome, Registry, circuit_breaker};
///
/// #[derive(Debug, thiserror::Error)]
/// enum StockError {
///     #[error("no such item")]
///     NoSuchItem,
///     #[error("the warehouse is busy")]
///     Busy { seconds: u64 },
///     #[error(transparent)]
///     Breaker(#[from] BreakerError),
/// }
///
/// impl ClassifyError for StockError {
///     fn outcome(&self) -> Outcome {
///         match self {
///             Self::NoSuchItem => Outcome::Success, // an answer
///             Self::Busy { .. } => Outcome::Failure,
///             Self::Breaker(error) => error.outcome(),
///         }
///     }
///
///     fn retry_after(&self) -> Option<Duration> {
///         match self {
///             Self::Busy { seconds } => Some(Duration::from_secs(*seconds)),
///             _ => None,
///         }
///     }
/// }
///
/// #[circuit_breaker(name = "stock_by_error", threshold = 1, classify = by_error)]
/// fn pieces(item: &str) -> Result<u32, StockError> {
///     match item {
///         "tea" => Err(StockError::Busy { seconds: 60 }),
///         _ => Err(StockError::NoSuchItem),
///     }
/// }
///
/// let stock = Registry::global().get("stock_by_error").expect("declared above");
/// assert!(pieces("gold").is_err());
/// assert_eq!(stock.snapshot().totals.successes, 1);
/// assert!(pieces("tea").is_err());
/// assert_eq!(stock.snapshot().open_period, Some(Duration::from_secs(60)));
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it means for the circuit: it does not implement `ClassifyError`",
    label = "does not implement `ClassifyError`",
    note = "write `impl ClassifyError for … {{ fn outcome(&self) -> Outcome {{ … }} }}`, or `classify = |answer| …` in the attribute",
    note = "the errors of reqwest, tonic, sqlx, redis and the AWS SDK have it with the feature of the crate"
)]
pub trait ClassifyError {
    /// Returns what the error says about the dependency.
    ///
    /// An answer to the request, such as "no such item", is a success: the dependency works. An error of the caller,
    /// such as a request that was never sent, is ignored. An error that further calls would get too, such as revoked
    /// credentials, is [`Outcome::Trip`].
    fn outcome(&self) -> Outcome;

    /// Returns how long the dependency asks not to be called again, as the setting `open_for_hint` does.
    ///
    /// It is asked only of failures. The default is `None`.
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// Returns a text for an opening of the circuit, as the setting `cause` does.
    ///
    /// The text is kept and shown, so it must not contain secrets. It is asked only of a failure that has opened the
    /// circuit, and outside of every lock. The default is `None`: the opening has no cause.
    fn cause_text(&self) -> Option<String> {
        None
    }
}

/// Ignored: the error of another breaker says nothing about the dependency.
impl ClassifyError for BreakerError {
    fn outcome(&self) -> Outcome {
        Outcome::Ignored
    }
}

/// Ignored, as a [`BreakerError`] is.
impl ClassifyError for Rejection {
    fn outcome(&self) -> Outcome {
        Outcome::Ignored
    }
}

/// Ignored, as a [`BreakerError`] is.
impl ClassifyError for TimedOut {
    fn outcome(&self) -> Outcome {
        Outcome::Ignored
    }
}

/// As the breaker's error or the call's own error.
impl<E: ClassifyError> ClassifyError for CallError<E> {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Breaker(error) => error.outcome(),
            Self::Inner(error) => error.outcome(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Breaker(_) => None,
            Self::Inner(error) => error.retry_after(),
        }
    }

    fn cause_text(&self) -> Option<String> {
        match self {
            Self::Breaker(_) => None,
            Self::Inner(error) => error.cause_text(),
        }
    }
}

macro_rules! as_what_it_points_to {
    ($($pointer:ident),*) => {$(
        /// As the error that it points to.
        impl<E: ClassifyError + ?Sized> ClassifyError for $pointer<E> {
            fn outcome(&self) -> Outcome {
                (**self).outcome()
            }

            fn retry_after(&self) -> Option<Duration> {
                (**self).retry_after()
            }

            fn cause_text(&self) -> Option<String> {
                (**self).cause_text()
            }
        }
    )*};
}

as_what_it_points_to!(Box, Arc);
