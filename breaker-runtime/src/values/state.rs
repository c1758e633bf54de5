//! The states of a circuit, and the reasons for its transitions.

use std::fmt;

/// The state of a circuit, as its callers see it.
///
/// # Examples
///
/// ```
/// use breaker_runtime::State;
///
/// assert_eq!(State::HalfOpen.to_string(), "half_open");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The circuit admits calls: all of them, or during a ramp a share of them.
    Closed,
    /// The circuit rejects calls until the open period has passed.
    Open,
    /// The circuit admits a few probes, which show whether the dependency has recovered.
    #[doc(alias = "half-open")]
    #[doc(alias = "half open")]
    HalfOpen,
    /// An override rejects every call.
    ForcedOpen,
    /// An override admits every call.
    ForcedClosed,
}

impl State {
    /// Returns the label: `closed`, `open`, `half_open`, `forced_open` or `forced_closed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::ForcedOpen => "forced_open",
            Self::ForcedClosed => "forced_closed",
        }
    }
}

impl State {
    /// Returns how bad the state is for callers; a larger number is worse.
    pub(crate) fn severity(self) -> u8 {
        match self {
            Self::ForcedClosed => 0,
            Self::Closed => 1,
            Self::HalfOpen => 2,
            Self::Open => 3,
            Self::ForcedOpen => 4,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The reason for a transition from one state to another.
///
/// # Examples
///
/// ```
/// use breaker_runtime::Reason;
///
/// assert_eq!(Reason::FailuresInARow.to_string(), "failures_in_a_row");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// There were `threshold` failures in a row.
    FailuresInARow,
    /// The window contained `max_failures` failures.
    MaxFailures,
    /// The share of failures in the window reached `failure_rate`.
    FailureRate,
    /// The share of slow calls in the window reached `slow_rate`.
    SlowRate,
    /// As many calls as `cancelled_in_a_row` says were dropped while they were pending, and none was answered between
    /// them.
    AllCancelled,
    /// A call failed with [`Outcome::Trip`](crate::Outcome::Trip), as a probe or in the closed state.
    TrippedByCall,
    /// The open period has passed.
    OpenPeriodEnded,
    /// `success_threshold` probes succeeded.
    ProbesSucceeded,
    /// Twice `success_threshold` probes were answered but ignored, and none failed between them.
    ProbesInconclusive,
    /// `probe_failures` probes failed, and the last of them ended with a failure.
    ProbeFailed,
    /// `probe_failures` probes failed, and the last of them was slow.
    ProbeSlow,
    /// `probe_failures` probes failed, and the last of them did not end within `probe_timeout`.
    ProbeTimedOut,
    /// `success_threshold` probes were cancelled with no success between them.
    ProbesCancelled,
    /// [`trip`](crate::CircuitBreaker::trip) was called.
    Tripped,
    /// [`reset`](crate::CircuitBreaker::reset) was called.
    Reset,
    /// The other instances of the fleet decided: they opened or closed the circuit, or the right of this instance to
    /// probe for the fleet ended.
    Fleet,
}

impl Reason {
    /// Returns the label, the variant's name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FailuresInARow => "failures_in_a_row",
            Self::MaxFailures => "max_failures",
            Self::FailureRate => "failure_rate",
            Self::SlowRate => "slow_rate",
            Self::AllCancelled => "all_cancelled",
            Self::TrippedByCall => "tripped_by_call",
            Self::OpenPeriodEnded => "open_period_ended",
            Self::ProbesSucceeded => "probes_succeeded",
            Self::ProbesInconclusive => "probes_inconclusive",
            Self::ProbeFailed => "probe_failed",
            Self::ProbeSlow => "probe_slow",
            Self::ProbeTimedOut => "probe_timed_out",
            Self::ProbesCancelled => "probes_cancelled",
            Self::Tripped => "tripped",
            Self::Reset => "reset",
            Self::Fleet => "fleet",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
