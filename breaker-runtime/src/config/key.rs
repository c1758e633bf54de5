//! The keys of a breaker: one row each, for checks, merging and messages alike.

use std::fmt;
use std::time::Duration;

use crate::time::Brief;

/// A key that belongs to the breaker, in the order of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Threshold,
    OpenFor,
    Backoff,
    MaxOpenFor,
    Jitter,
    HalfOpenCalls,
    SuccessThreshold,
    ProbeFailures,
    ProbeTimeout,
}

/// A value of a key; which kind it is follows from the key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Count(u32),
    Factor(f64),
    Period(Duration),
}

impl Key {
    pub(crate) const ALL: [Self; 9] = [
        Self::Threshold,
        Self::OpenFor,
        Self::Backoff,
        Self::MaxOpenFor,
        Self::Jitter,
        Self::HalfOpenCalls,
        Self::SuccessThreshold,
        Self::ProbeFailures,
        Self::ProbeTimeout,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Threshold => "threshold",
            Self::OpenFor => "open_for",
            Self::Backoff => "backoff",
            Self::MaxOpenFor => "max_open_for",
            Self::Jitter => "jitter",
            Self::HalfOpenCalls => "half_open_calls",
            Self::SuccessThreshold => "success_threshold",
            Self::ProbeFailures => "probe_failures",
            Self::ProbeTimeout => "probe_timeout",
        }
    }

    /// Says what the key may hold, as the end of a sentence, if `value` is not that.
    pub(crate) fn refuse(self, value: Value) -> Option<&'static str> {
        match value {
            Value::Count(count) => (count == 0).then_some("must be at least 1"),
            Value::Period(period) => period.is_zero().then_some("must be longer than zero"),
            Value::Factor(factor) if self == Self::Jitter => {
                (!(0.0..=1.0).contains(&factor)).then_some("lies between 0 and 1")
            }
            Value::Factor(factor) => {
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
        }
    }
}
