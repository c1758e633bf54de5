//! The errors that a caller gets from a breaker instead of the call's result.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::name::BreakerName;
use super::rejection::Rejection;
use crate::time::{Brief, nanos};

/// The error of a guarded call that was rejected, or that took too long.
///
/// The error type of an annotated function can hold it through `#[from]`.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{BreakerError, circuit_breaker};
///
/// #[derive(Debug, thiserror::Error)]
/// enum PayError {
///     #[error("declined")]
///     Declined,
///     #[error("stopped by its circuit breaker")]
///     Breaker(#[from] BreakerError),
/// }
///
/// #[circuit_breaker(name = "doc_error_payment")]
/// fn charge(cents: u64) -> Result<u64, PayError> {
///     if cents > 100 { Err(PayError::Declined) } else { Ok(cents) }
/// }
///
/// assert_eq!(charge(7).unwrap(), 7);
/// ```
// Transparent: a variant formats as the value that it holds, which is the error itself and not its source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BreakerError {
    /// The breaker rejected the call; the function's body did not run.
    #[error(transparent)]
    Rejected(Rejection),
    /// The call took longer than its `call_timeout` and was dropped.
    #[error(transparent)]
    TimedOut(TimedOut),
}

impl BreakerError {
    /// Returns the rejection, if the call was rejected.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            Self::TimedOut(_) => None,
        }
    }

    /// Finds the error of a breaker in `error` or in one of its sources.
    ///
    /// It also looks into an [`io::Error`](std::io::Error), which hides the error that it was made from, and into an
    /// `Arc<dyn Error + Send + Sync>`.
    ///
    /// It finds the error in a variant such as
    /// `#[error("stopped by its circuit breaker")] Breaker(#[from] BreakerError)`, but not in one that is
    /// `#[error(transparent)]`, because the error in such a variant is not a source. A [`Rejection`] or a [`TimedOut`] that
    /// is a source itself is another type, which `downcast_ref` finds.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{BreakerError, CallError, Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// payment.trip();
    /// let error = payment.call(|| "7".parse::<u32>()).unwrap_err();
    /// let error: Box<dyn std::error::Error> = Box::new(std::io::Error::other(error));
    /// let found = BreakerError::find_in(&*error).expect("the circuit is open");
    /// assert_eq!(found.name(), "payment");
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn find_in<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        chain(error).find_map(|error| error.downcast_ref())
    }

    /// Returns why the call was stopped, as part of a sentence.
    fn reason(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.reason().as_str(),
            Self::TimedOut(_) => "timed out",
        }
    }

    /// Returns the breaker's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Rejected(rejection) => rejection.name(),
            Self::TimedOut(timed_out) => timed_out.name(),
        }
    }

    /// Returns whether the same call may be retried at once, as far as the breaker knows.
    ///
    /// A rejected call may not; see [`Rejection::is_retryable`]. A call that took longer than its
    /// `call_timeout` may: it counted as a failure of the dependency, and the circuit may still be closed.
    /// Only the caller knows whether a repetition is harmless, because the call may have had its effect.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{CallError, Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// payment.trip();
    /// let Err(CallError::Breaker(error)) = payment.call(|| Ok::<_, ()>(7)) else {
    ///     panic!("the circuit is open");
    /// };
    /// assert!(!error.is_retryable());
    /// assert!(error.retry_after().is_some());
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Rejected(rejection) => rejection.is_retryable(),
            Self::TimedOut(_) => true,
        }
    }

    /// Returns how long to wait before the next attempt, if that is known.
    ///
    /// Only a rejection may know it; see [`Rejection::retry_after`].
    pub fn retry_after(&self) -> Option<Duration> {
        self.rejection()?.retry_after()
    }
}

// Written by hand: `#[from]` would make the value the source of the error.
impl From<Rejection> for BreakerError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<TimedOut> for BreakerError {
    fn from(timed_out: TimedOut) -> Self {
        Self::TimedOut(timed_out)
    }
}

/// The error of a call that took longer than its `call_timeout`.
#[doc(alias = "timeout")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedOut {
    name: BreakerName,
    /// In nanoseconds, because a `Duration` would enlarge the error type of every user.
    limit: u64,
}

impl TimedOut {
    pub(crate) fn new(name: BreakerName, limit: Duration) -> Self {
        Self {
            name,
            limit: nanos(limit),
        }
    }

    /// Returns the breaker's name.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Returns the key, if the breaker is keyed.
    pub fn key(&self) -> Option<&str> {
        self.name.key()
    }

    /// Returns the limit that the call exceeded.
    pub fn limit(&self) -> Duration {
        Duration::from_nanos(self.limit)
    }
}

/// Formats the error as a sentence; `{:#}` adds the key and the limit.
impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call through ")?;
        self.name.fmt(f)?;
        f.write_str(" took longer than ")?;
        if f.alternate() {
            write!(f, "{}", Brief(self.limit()))
        } else {
            f.write_str("its `call_timeout`")
        }
    }
}

impl Error for TimedOut {}

/// The error of [`CircuitBreaker::call`](crate::CircuitBreaker::call): the breaker's error, or the call's.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{CallError, Config, Registry};
///
/// let payment = Registry::new().get_or_create("payment", Config::new())?;
/// let failed = payment.call(|| Err::<(), _>("no route")).unwrap_err();
/// assert_eq!(failed, CallError::Inner("no route"));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
// The breaker's error is a source, so that `BreakerError::find_in` and `anyhow` find it in a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError<E> {
    /// The breaker did not admit the call, or the call took longer than its `call_timeout`.
    #[error("stopped by circuit breaker `{}` ({})", .0.name(), .0.reason())]
    Breaker(#[source] BreakerError),
    /// The call ran and failed.
    #[error(transparent)]
    Inner(E),
}

impl<E> CallError<E> {
    /// Returns the rejection, if the call was rejected.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Breaker(error) => error.rejection(),
            Self::Inner(_) => None,
        }
    }

    /// Returns the call's error, if the call ran and failed.
    pub fn into_inner(self) -> Option<E> {
        match self {
            Self::Inner(error) => Some(error),
            Self::Breaker(_) => None,
        }
    }
}

/// The most errors of one chain that are searched, because an error may be its own source.
const LONGEST_CHAIN: usize = 128;

/// Returns an error and its sources, the outermost first.
pub(crate) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| next_source(*error)).take(LONGEST_CHAIN)
}

fn next_source<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    // A pointer is an error too, which hides the one that it points to: its source is the source of that.
    if let Some(pointer) = error.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
        return Some(&**pointer);
    }
    // `io::Error::source` skips the error that the `io::Error` was made from, and returns the source of that error.
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

const _: () = assert!(
    size_of::<BreakerError>() <= 32,
    "the error type of every user contains it"
);

#[cfg(test)]
mod tests;
