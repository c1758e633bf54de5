//! A rejected call: which breaker rejected it, why, and when to try again.

use std::error::Error;
use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use super::name::BreakerName;
use super::state::State;
use crate::time::{Brief, nanos};

/// The rejection of one call.
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
    name: BreakerName,
    /// In nanoseconds, because a `Duration` would enlarge the error type of every user.
    retry_after: Option<NonZeroU64>,
    reason: RejectionReason,
}

/// The reason why a breaker rejected a call.
// A whole word: the rejection is copied word by word to the caller, and a load stalls if only one byte of the word was
// just stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u64)]
pub enum RejectionReason {
    /// The circuit is open.
    Open,
    /// The circuit is half open and all its probes are in flight.
    HalfOpenFull,
    /// The circuit is ramping up and admits only a share of the calls.
    Ramp,
    /// An override holds the circuit open.
    Forced,
    /// The open period has passed, and another instance of the fleet probes the dependency for this one.
    ProbedElsewhere,
    /// `max_in_flight` calls are in flight.
    Full,
}

impl RejectionReason {
    /// All reasons.
    pub(crate) const ALL: [Self; 6] = [
        Self::Open,
        Self::HalfOpenFull,
        Self::Ramp,
        Self::Forced,
        Self::ProbedElsewhere,
        Self::Full,
    ];

    /// Returns the label: `open`, `half_open_full`, `ramp`, `forced`, `probed_elsewhere` or `full`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::HalfOpenFull => "half_open_full",
            Self::Ramp => "ramp",
            Self::Forced => "forced",
            Self::ProbedElsewhere => "probed_elsewhere",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for RejectionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Rejection {
    pub(crate) fn new(
        name: BreakerName,
        reason: RejectionReason,
        retry_after: Option<Duration>,
    ) -> Self {
        Self {
            name,
            retry_after: retry_after.and_then(|rest| NonZeroU64::new(nanos(rest))),
            reason,
        }
    }

    /// Makes the rejection of a circuit that another instance probes; `retry_after` is in nanoseconds.
    pub(crate) fn probed_elsewhere(name: BreakerName, retry_after: NonZeroU64) -> Self {
        Self {
            name,
            retry_after: Some(retry_after),
            reason: RejectionReason::ProbedElsewhere,
        }
    }

    /// Makes the rejection of an open circuit; `retry_after` is in nanoseconds.
    #[inline]
    pub(crate) fn open(name: BreakerName, retry_after: NonZeroU64) -> Self {
        Self {
            name,
            retry_after: Some(retry_after),
            reason: RejectionReason::Open,
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

    /// Returns the state in which the call was rejected.
    ///
    /// It is [`State::Closed`] for the reason `full`, which is not about the state.
    pub fn state(&self) -> State {
        match self.reason {
            RejectionReason::Open | RejectionReason::ProbedElsewhere => State::Open,
            RejectionReason::HalfOpenFull => State::HalfOpen,
            RejectionReason::Ramp | RejectionReason::Full => State::Closed,
            RejectionReason::Forced => State::ForcedOpen,
        }
    }

    /// Returns why the call was rejected.
    pub fn reason(&self) -> RejectionReason {
        self.reason
    }

    /// Returns how long to wait before the next attempt: the rest of the open period or of the override, or how long
    /// another instance of the fleet may go on probing.
    ///
    /// Returns `None` if that time is unknown.
    pub fn retry_after(&self) -> Option<Duration> {
        let nanos = self.retry_after?.get();
        Some(Duration::from_nanos(nanos))
    }

    /// Returns whether the same call may be retried at once: at present `false` for every rejection.
    ///
    /// | reason | why not | when to try again |
    /// |---|---|---|
    /// | `open`, `forced` | the next attempt would be rejected too | after [`retry_after`](Self::retry_after), if it is known |
    /// | `probed_elsewhere` | the probes of another instance decide | after [`retry_after`](Self::retry_after) |
    /// | `half_open_full` | the probes in flight decide, and when they end is unknown | later, as a new call |
    /// | `full` | the calls in flight decide, and when they end is unknown | later, as a new call |
    /// | `ramp` | the ramp admits a share of all calls; retries count as calls and add the load that the ramp holds back | later, as a new call |
    pub fn is_retryable(&self) -> bool {
        match self.reason {
            RejectionReason::Open
            | RejectionReason::HalfOpenFull
            | RejectionReason::Ramp
            | RejectionReason::Forced
            | RejectionReason::ProbedElsewhere
            | RejectionReason::Full => false,
        }
    }
}

/// Formats the rejection as a sentence.
///
/// `{}` contains only the name of the breaker and the reason, so that equal rejections have equal texts and can be
/// grouped. `{:#}` adds the key, and the time that is left if it is known.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        f.write_str(match self.reason {
            RejectionReason::Open => " is open",
            RejectionReason::HalfOpenFull => " is half open; all its probes are in flight",
            RejectionReason::Ramp => " is ramping up and admits only a share of the calls",
            RejectionReason::Forced => " is forced open",
            RejectionReason::ProbedElsewhere => " is open; another instance probes",
            RejectionReason::Full => " has as many calls in flight as it may have",
        })?;
        match (self.reason, self.retry_after()) {
            (RejectionReason::Open, Some(rest)) if f.alternate() => {
                write!(f, "; next probe in {}", Brief(rest))
            }
            (RejectionReason::Forced, Some(rest)) if f.alternate() => {
                write!(f, " for another {}", Brief(rest))
            }
            (RejectionReason::ProbedElsewhere, Some(rest)) if f.alternate() => {
                write!(f, "; try again in {}", Brief(rest))
            }
            _ => Ok(()),
        }
    }
}

impl Error for Rejection {}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("name", &self.name)
            .field("reason", &self.reason)
            .field("retry_after", &self.retry_after())
            .finish()
    }
}
