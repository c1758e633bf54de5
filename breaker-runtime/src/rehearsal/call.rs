//! One call of a trace.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::time::nanos;
use crate::values::{FailureKind, shortened};

/// A day in nanoseconds.
pub(super) const DAY: u64 = 86_400 * 1_000_000_000;

/// One call of a trace: when it began, how long it took, and how it ended.
///
/// An instant before 1970 becomes the beginning of 1970. Instants and durations are exact to the nanosecond.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use breaker_runtime::FailureKind;
/// use breaker_runtime::rehearsal::{Call, CallOutcome};
///
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
/// let failed = CallOutcome::Failure(FailureKind::Returned);
/// let call = Call::new(noon, Duration::from_millis(20), failed).with_key("host.example");
///
/// assert_eq!(call.ended(), noon + Duration::from_millis(20));
/// assert_eq!(call.key(), Some("host.example"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Nanoseconds since 1970.
    started: u64,
    /// Nanoseconds.
    took: u64,
    outcome: CallOutcome,
    hint: Option<Duration>,
    key: Option<Arc<str>>,
    order: Option<CallOrder>,
    /// When the clock of the breaker that wrote the trace was at zero, in nanoseconds since 1970.
    origin: u64,
    /// The `call_timeout` of the breaker that wrote the trace, in nanoseconds.
    limit: Option<u64>,
}

/// The places of the beginning and of the end of a call among all beginnings and ends that a breaker has seen.
///
/// They decide what came first at one instant. Many events have the same instant, because the coarse clock stands still
/// for some milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallOrder {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// How a call of a trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// The dependency answered.
    Success,
    /// The call failed. Of the kind `Dropped` is a call that was dropped after it had been pending for the `cancel_after`
    /// of the breaker that wrote the trace.
    Failure(FailureKind),
    /// The call failed and asked for the circuit to open at once.
    Trip,
    /// The call says nothing about the dependency.
    Ignored,
    /// The call was dropped while it was pending, earlier than `cancel_after`.
    Dropped,
    /// The call ended without an outcome in any other way, such as a permit that was dropped, or a drop that the program
    /// declared neutral.
    Cancelled,
    /// The breaker that wrote the trace rejected the call, so nobody knows how it would have ended.
    Rejected,
}

impl CallOutcome {
    /// Returns the label, the variant's name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure(_) => "failure",
            Self::Trip => "trip",
            Self::Ignored => "ignored",
            Self::Dropped => "dropped",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for CallOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Call {
    /// Makes a call that has no key and no hint.
    pub fn new(started: SystemTime, took: Duration, outcome: CallOutcome) -> Self {
        let since = started.duration_since(SystemTime::UNIX_EPOCH);
        Self::at_nanos(since.map_or(0, nanos), nanos(took), outcome)
    }

    /// Makes a call from nanoseconds: when it began, since 1970, and how long it took.
    pub(crate) fn at_nanos(started: u64, took: u64, outcome: CallOutcome) -> Self {
        Self {
            started,
            took,
            outcome,
            hint: None,
            key: None,
            order: None,
            origin: 0,
            limit: None,
        }
    }

    /// Sets the key of the call: each key has its own circuit.
    ///
    /// The call has the [`shortened_key`](Self::shortened_key).
    #[must_use]
    pub fn with_key(self, key: impl Into<Arc<str>>) -> Self {
        let key = key.into();
        let key = match shortened(&key) {
            Cow::Borrowed(_) => key,
            Cow::Owned(shorter) => shorter.into(),
        };
        Self {
            key: Some(key),
            ..self
        }
    }

    /// Returns the key that a registry uses for a key.
    ///
    /// An empty key, or one longer than 256 characters, is cut and ends in a hash of the original.
    /// [`with_key`](Self::with_key) does the same. A program that keeps many keys can shorten them before.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::rehearsal::Call;
    ///
    /// assert_eq!(Call::shortened_key("host.example"), "host.example");
    /// assert_eq!(Call::shortened_key(&"k".repeat(300)).len(), 256);
    /// ```
    pub fn shortened_key(key: &str) -> Cow<'_, str> {
        shortened(key)
    }

    /// Sets how long the value of the call asked the circuit to stay open.
    #[must_use]
    pub fn with_open_for_hint(self, hint: Duration) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// Sets the places of the beginning and the end of the call among all that its breaker has seen.
    #[must_use]
    pub(crate) fn with_order(self, order: CallOrder) -> Self {
        Self {
            order: Some(order),
            ..self
        }
    }

    /// Sets when the clock of the breaker was at zero that wrote the trace, in nanoseconds since 1970.
    ///
    /// The tenths of a window of time are counted from there.
    #[must_use]
    pub(crate) fn with_origin(self, origin: u64) -> Self {
        Self { origin, ..self }
    }

    /// Sets the `call_timeout` of the breaker that wrote the trace, in nanoseconds.
    #[must_use]
    pub(crate) fn with_call_timeout(self, limit: Option<u64>) -> Self {
        Self { limit, ..self }
    }

    /// Returns when the call began.
    pub fn started(&self) -> SystemTime {
        instant(self.started)
    }

    /// Returns how long the call took.
    pub fn took(&self) -> Duration {
        Duration::from_nanos(self.took)
    }

    /// Returns when the call ended.
    pub fn ended(&self) -> SystemTime {
        instant(self.ended_nanos())
    }

    /// Returns how the call ended.
    pub fn outcome(&self) -> CallOutcome {
        self.outcome
    }

    /// Returns the key of the call, if it has one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Returns how long the value of the call asked the circuit to stay open, if it did.
    pub fn open_for_hint(&self) -> Option<Duration> {
        self.hint
    }

    pub(crate) fn started_nanos(&self) -> u64 {
        self.started
    }

    pub(crate) fn took_nanos(&self) -> u64 {
        self.took
    }

    pub(crate) fn ended_nanos(&self) -> u64 {
        self.started.saturating_add(self.took)
    }

    pub(crate) fn shared_key(&self) -> Option<&Arc<str>> {
        self.key.as_ref()
    }

    pub(crate) fn origin(&self) -> u64 {
        self.origin
    }

    pub(crate) fn order(&self) -> Option<CallOrder> {
        self.order
    }

    pub(crate) fn call_timeout(&self) -> Option<u64> {
        self.limit
    }
}

/// Returns the instant of a number of nanoseconds since 1970.
pub(crate) fn instant(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}
