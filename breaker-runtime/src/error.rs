//! What a caller gets instead of an answer.

use std::error::Error;
use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use crate::machine::Refusal;
use crate::name::Name;
use crate::state::State;
use crate::time::{Brief, nanos};

/// Why a circuit breaker gave no answer of the function's own.
///
/// An annotated function's error type takes it in with `#[from]`.
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
///     #[error(transparent)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakerError {
    /// The call was refused; the function's body did not run.
    Rejected(Rejection),
    /// The call took longer than its `call_timeout` and was dropped.
    TimedOut(TimedOut),
}

impl BreakerError {
    /// Returns the refusal, if that is what it is.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            Self::TimedOut(_) => None,
        }
    }

    /// Returns whether the same call may be tried again at once, as far as the breaker knows.
    ///
    /// A refused call may not, see [`Rejection::is_retryable`]. One that took longer than its
    /// `call_timeout` may: it was a failure of the dependency like any other, and the circuit may still be
    /// closed. Whether it can be repeated without harm is for its caller to know, as it may have
    /// had its effect.
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
    #[inline]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Rejected(rejection) => rejection.is_retryable(),
            Self::TimedOut(_) => true,
        }
    }

    /// Returns how long it is worth to wait before the next try, if that is known; see
    /// [`Rejection::retry_after`].
    #[inline]
    pub fn retry_after(&self) -> Option<Duration> {
        self.rejection()?.retry_after()
    }
}

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

impl fmt::Display for BreakerError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejection) => rejection.fmt(f),
            Self::TimedOut(timed_out) => timed_out.fmt(f),
        }
    }
}

// What it holds is the same error, not the cause of it.
impl Error for BreakerError {}

/// The refusal of one call.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Registry, RejectionReason, State};
///
/// let payment = Registry::new().get_or_create("payment", Config::new())?;
/// payment.force_open("maintenance", Some(Duration::from_secs(60)));
///
/// let rejection = payment.try_acquire().unwrap_err();
/// assert_eq!(rejection.name(), "payment");
/// assert_eq!(rejection.state(), State::ForcedOpen);
/// assert_eq!(rejection.reason(), RejectionReason::Forced);
/// assert!(rejection.retry_after() <= Some(Duration::from_secs(60)));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Rejection {
    name: Name,
    /// In nanoseconds; a whole `Duration` would make every error type of a user larger.
    retry_after: Option<NonZeroU64>,
    reason: RejectionReason,
}

/// A call that took longer than its `call_timeout`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedOut {
    name: Name,
    /// In nanoseconds, for the reason given above.
    limit: u64,
}

impl TimedOut {
    pub(crate) fn new(name: Name, limit: Duration) -> Self {
        Self {
            name,
            limit: nanos(limit),
        }
    }

    /// Returns the breaker's name.
    #[inline]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Returns the key, if the breaker is one of several by key.
    #[inline]
    pub fn key(&self) -> Option<&str> {
        self.name.key()
    }

    /// Returns the limit that was passed.
    #[inline]
    pub fn limit(&self) -> Duration {
        Duration::from_nanos(self.limit)
    }
}

impl fmt::Display for TimedOut {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = Brief(self.limit());
        write!(f, "the call through {} took longer than {limit}", self.name)
    }
}

impl Error for TimedOut {}

/// What refused a call.
// A whole word: a rejection is copied by words on its way to the caller, and a word of which only a
// byte was written just before has to be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u64)]
pub enum RejectionReason {
    /// The circuit is open.
    Open,
    /// The circuit is half open and all its probes are in flight.
    HalfOpenFull,
    /// The circuit has closed a short while ago and lets only a share of the calls through.
    Ramp,
    /// An override holds the circuit open.
    Forced,
}

impl RejectionReason {
    /// Returns the label: `open`, `half_open_full`, `ramp` or `forced`.
    #[inline]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::HalfOpenFull => "half_open_full",
            Self::Ramp => "ramp",
            Self::Forced => "forced",
        }
    }
}

impl fmt::Display for RejectionReason {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Rejection {
    /// Of the machine.
    pub(crate) fn new(name: Name, refusal: Refusal) -> Self {
        let (reason, retry_after) = match refusal {
            Refusal::Open { retry_after } => (RejectionReason::Open, Some(retry_after)),
            Refusal::HalfOpenFull => (RejectionReason::HalfOpenFull, None),
            Refusal::Ramp => (RejectionReason::Ramp, None),
            Refusal::Forced { retry_after } => (RejectionReason::Forced, retry_after),
        };
        Self {
            name,
            retry_after: retry_after.and_then(|rest| NonZeroU64::new(nanos(rest))),
            reason,
        }
    }

    /// Of the gate, which knows how many nanoseconds the circuit stays open.
    #[inline]
    pub(crate) fn open(name: Name, retry_after: NonZeroU64) -> Self {
        Self {
            name,
            retry_after: Some(retry_after),
            reason: RejectionReason::Open,
        }
    }

    /// Returns the breaker's name.
    #[inline]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Returns the key, if the breaker is one of several by key.
    #[inline]
    pub fn key(&self) -> Option<&str> {
        self.name.key()
    }

    /// Returns the state in which the call was refused.
    #[inline]
    pub fn state(&self) -> State {
        match self.reason {
            RejectionReason::Open => State::Open,
            RejectionReason::HalfOpenFull => State::HalfOpen,
            RejectionReason::Ramp => State::Closed,
            RejectionReason::Forced => State::ForcedOpen,
        }
    }

    /// Returns what refused the call.
    #[inline]
    pub fn reason(&self) -> RejectionReason {
        self.reason
    }

    /// Returns how long it is worth to wait: the rest of the open period, or of the override; `None`
    /// if that is not known.
    #[inline]
    pub fn retry_after(&self) -> Option<Duration> {
        let nanos = self.retry_after?.get();
        Some(Duration::from_nanos(nanos))
    }

    /// Returns whether the same call may be tried again at once, which no refused call may.
    ///
    /// | reason | why not | when |
    /// |---|---|---|
    /// | `open`, `forced` | the answer would be the same | after [`retry_after`](Self::retry_after), if it is known |
    /// | `half_open_full` | the probes on their way decide, and nobody knows when they end | as a new call, later |
    /// | `ramp` | a share of all calls passes, and a call that is tried again counts again: more load than the ramp means to let through | as a new call, later |
    #[inline]
    pub fn is_retryable(&self) -> bool {
        match self.reason {
            RejectionReason::Open
            | RejectionReason::HalfOpenFull
            | RejectionReason::Ramp
            | RejectionReason::Forced => false,
        }
    }
}

impl fmt::Display for Rejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is ", self.name)?;
        match (self.reason, self.retry_after()) {
            (RejectionReason::Open, Some(rest)) => write!(f, "open; next probe in {}", Brief(rest)),
            (RejectionReason::Open, None) => f.write_str("open"),
            (RejectionReason::HalfOpenFull, _) => {
                f.write_str("half open; all its probes are in flight")
            }
            (RejectionReason::Ramp, _) => {
                f.write_str("closed again and lets only a share of the calls through")
            }
            (RejectionReason::Forced, Some(rest)) => {
                write!(f, "forced open for another {}", Brief(rest))
            }
            (RejectionReason::Forced, None) => f.write_str("forced open"),
        }
    }
}

impl Error for Rejection {}

impl fmt::Debug for Rejection {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("name", &self.name)
            .field("reason", &self.reason)
            .field("retry_after", &self.retry_after())
            .finish()
    }
}

/// The error of a guarded call: the breaker's, or the call's own.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{CallError, Config, Registry};
///
/// let payment = Registry::new().get_or_create("payment", Config::new())?;
/// let refused = payment.call(|| Err::<(), _>("no route")).unwrap_err();
/// assert_eq!(refused, CallError::Inner("no route"));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError<E> {
    /// The breaker did not let the call through.
    Breaker(BreakerError),
    /// The call failed by itself.
    Inner(E),
}

impl<E> CallError<E> {
    /// Returns the refusal, if that is what it is.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Breaker(error) => error.rejection(),
            Self::Inner(_) => None,
        }
    }

    /// Returns the call's own error, if it is one.
    pub fn into_inner(self) -> Option<E> {
        match self {
            Self::Inner(error) => Some(error),
            Self::Breaker(_) => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for CallError<E> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Breaker(error) => error.fmt(f),
            Self::Inner(error) => error.fmt(f),
        }
    }
}

// The call's own error stands for itself: its cause is the next one.
impl<E: Error> Error for CallError<E> {
    #[inline]
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Breaker(error) => error.source(),
            Self::Inner(error) => error.source(),
        }
    }
}

const _: () = assert!(
    size_of::<BreakerError>() <= 32,
    "an error type of every user holds it"
);

#[cfg(test)]
mod tests;
