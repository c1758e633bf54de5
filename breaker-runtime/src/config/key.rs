//! The keys of a breaker: one row each, for checks, merging and messages alike.

use std::fmt;
use std::time::Duration;

use super::Window;
use crate::time::Brief;

/// A key that belongs to the breaker, in the order of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Threshold,
    Window,
    MaxFailures,
    FailureRate,
    MinCalls,
    SlowCall,
    SlowRate,
    OpenFor,
    Backoff,
    MaxOpenFor,
    Jitter,
    HalfOpenCalls,
    SuccessThreshold,
    ProbeFailures,
    ProbeTimeout,
    Ramp,
    CancelAfter,
    MaxKeys,
    IdleTtl,
    Latency,
    Critical,
}

/// A value of a key; which kind it is follows from the key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Count(u32),
    Factor(f64),
    Period(Duration),
    Window(Window),
    Flag(bool),
    Off,
}

impl Key {
    pub(crate) const ALL: [Self; 21] = [
        Self::Threshold,
        Self::Window,
        Self::MaxFailures,
        Self::FailureRate,
        Self::MinCalls,
        Self::SlowCall,
        Self::SlowRate,
        Self::OpenFor,
        Self::Backoff,
        Self::MaxOpenFor,
        Self::Jitter,
        Self::HalfOpenCalls,
        Self::SuccessThreshold,
        Self::ProbeFailures,
        Self::ProbeTimeout,
        Self::Ramp,
        Self::CancelAfter,
        Self::MaxKeys,
        Self::IdleTtl,
        Self::Latency,
        Self::Critical,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Threshold => "threshold",
            Self::Window => "window",
            Self::MaxFailures => "max_failures",
            Self::FailureRate => "failure_rate",
            Self::MinCalls => "min_calls",
            Self::SlowCall => "slow_call",
            Self::SlowRate => "slow_rate",
            Self::OpenFor => "open_for",
            Self::Backoff => "backoff",
            Self::MaxOpenFor => "max_open_for",
            Self::Jitter => "jitter",
            Self::HalfOpenCalls => "half_open_calls",
            Self::SuccessThreshold => "success_threshold",
            Self::ProbeFailures => "probe_failures",
            Self::ProbeTimeout => "probe_timeout",
            Self::Ramp => "ramp",
            Self::CancelAfter => "cancel_after",
            Self::MaxKeys => "max_keys",
            Self::IdleTtl => "idle_ttl",
            Self::Latency => "latency",
            Self::Critical => "critical",
        }
    }

    /// Finds a key by its exact word.
    #[cfg(feature = "config")]
    #[inline]
    pub(crate) fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == word)
    }

    /// Whether there may be nothing of it: the optional keys.
    pub(crate) const fn takes_off(self) -> bool {
        matches!(
            self,
            Self::Threshold
                | Self::Window
                | Self::MaxFailures
                | Self::FailureRate
                | Self::SlowCall
                | Self::SlowRate
                | Self::Ramp
                | Self::CancelAfter
        )
    }

    /// Says what the key may hold, as the end of a sentence, if `value` is not that.
    #[inline]
    pub(crate) fn refuse(self, value: Value) -> Option<&'static str> {
        match (self, value) {
            (_, Value::Off) => (!self.takes_off()).then_some("is always there"),
            (_, Value::Flag(_)) => None,
            (_, Value::Count(count)) => (count == 0).then_some("must be at least 1"),
            (_, Value::Period(period)) => period.is_zero().then_some("must be longer than zero"),
            (_, Value::Window(window)) => window
                .is_empty()
                .then_some("must hold at least one call and be longer than zero"),
            (Self::Jitter, Value::Factor(share)) => {
                (!(0.0..=1.0).contains(&share)).then_some("must lie between 0 and 1")
            }
            (Self::FailureRate | Self::SlowRate, Value::Factor(rate)) => {
                (!(rate > 0.0 && rate <= 1.0)).then_some("must lie above 0 and at most 1")
            }
            (_, Value::Factor(factor)) => {
                (!(factor >= 1.0 && factor.is_finite())).then_some("must be at least 1 and finite")
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Factor(factor) => write!(f, "{factor:?}"),
            Self::Period(period) => Brief(*period).fmt(f),
            Self::Window(window) => window.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Off => f.write_str("off"),
        }
    }
}
