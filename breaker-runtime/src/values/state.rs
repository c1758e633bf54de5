//! The states of a circuit and the reasons to change them.

use std::fmt;

/// The state of a circuit, as a caller meets it.
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
    /// Calls pass.
    Closed,
    /// Calls are refused until the open period has passed.
    Open,
    /// A few probes pass to find out whether the dependency has recovered.
    HalfOpen,
    /// An override refuses every call.
    ForcedOpen,
    /// An override lets every call pass.
    ForcedClosed,
}

impl State {
    /// Returns the label: `closed`, `open`, `half_open`, `forced_open` or `forced_closed`.
    #[inline]
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

impl fmt::Display for State {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a circuit changed its state.
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
    /// `threshold` failures came in a row.
    FailuresInARow,
    /// `max_failures` failures were in the window.
    MaxFailures,
    /// The share of failures in the window reached `failure_rate`.
    FailureRate,
    /// The share of slow calls in the window reached `slow_rate`.
    SlowRate,
    /// The open period has passed.
    OpenPeriodEnded,
    /// `success_threshold` probes succeeded.
    ProbesSucceeded,
    /// The `probe_failures`-th probe failed.
    ProbeFailed,
    /// The probe that failed last was slow.
    ProbeSlow,
    /// The probe that failed last was silent for `probe_timeout`.
    ProbeTimedOut,
    /// `success_threshold` probes were cancelled with no success between them.
    ProbesCancelled,
    /// Someone called [`trip`](crate::CircuitBreaker::trip).
    Tripped,
    /// Someone called [`reset`](crate::CircuitBreaker::reset).
    Reset,
}

impl Reason {
    /// Returns the label, the variant's name in snake case.
    #[inline]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FailuresInARow => "failures_in_a_row",
            Self::MaxFailures => "max_failures",
            Self::FailureRate => "failure_rate",
            Self::SlowRate => "slow_rate",
            Self::OpenPeriodEnded => "open_period_ended",
            Self::ProbesSucceeded => "probes_succeeded",
            Self::ProbeFailed => "probe_failed",
            Self::ProbeSlow => "probe_slow",
            Self::ProbeTimedOut => "probe_timed_out",
            Self::ProbesCancelled => "probes_cancelled",
            Self::Tripped => "tripped",
            Self::Reset => "reset",
        }
    }
}

impl fmt::Display for Reason {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
