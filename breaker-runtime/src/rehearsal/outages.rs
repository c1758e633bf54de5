//! The outages of a trace: what the outcomes alone say, without regard to any settings.

use std::time::{Duration, SystemTime};

use super::call::instant;
use crate::time::nanos;

/// The rule by which a rehearsal finds the outages of a trace, without regard to any candidate.
///
/// The trace is cut into slots, each at least `slot` long and with at least `min_calls` calls that succeeded or failed.
/// A slot is bad if the share of its calls that failed is at least `share`. An outage begins with the first failure of
/// a bad slot, or with the first of the failures in a row that lead into the slot. It ends with the last failure of a bad
/// slot, or of the row that leads out of it. Outages closer together than `gap` are one, and those shorter than `least`
/// do not count. Calls belong to the slot in which they began. Where calls are rare, a slot ends at 3,600 times its length
/// with fewer calls; such a slot may prolong an outage, and begins none.
///
/// Ignored, cancelled and rejected calls do not count. A slot in which calls were dropped while pending, and none
/// succeeded or failed, is bad too.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::rehearsal::OutageRule;
///
/// let brownouts = OutageRule::new().with_share(0.2).with_slow(Duration::from_secs(2));
/// assert_ne!(brownouts, OutageRule::new());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct OutageRule {
    pub(super) slot: u64,
    pub(super) min_calls: u64,
    pub(super) share: f64,
    pub(super) gap: u64,
    pub(super) least: u64,
    pub(super) tolerance: u64,
    pub(super) slow: Option<u64>,
}

impl OutageRule {
    /// Makes the default rule: slots of 1 s and 10 calls, half of which failed; a gap of 10 s; at least 5 s long.
    pub const fn new() -> Self {
        const SECOND: u64 = 1_000_000_000;
        Self {
            slot: SECOND,
            min_calls: 10,
            share: 0.5,
            gap: 10 * SECOND,
            least: 5 * SECOND,
            tolerance: 10 * SECOND,
            slow: None,
        }
    }

    /// Sets how long a slot is at least.
    pub fn with_slot(self, slot: Duration) -> Self {
        let slot = nanos(slot).max(1);
        Self { slot, ..self }
    }

    /// Sets how many calls that succeeded or failed a slot has at least.
    pub fn with_min_calls(self, min_calls: u64) -> Self {
        let min_calls = min_calls.max(1);
        Self { min_calls, ..self }
    }

    /// Sets the share of failures from which a slot is bad.
    pub fn with_share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Sets how far apart two outages are at least.
    pub fn with_gap(self, gap: Duration) -> Self {
        let gap = nanos(gap);
        Self { gap, ..self }
    }

    /// Sets how long an outage is at least.
    pub fn with_least(self, least: Duration) -> Self {
        let least = nanos(least);
        Self { least, ..self }
    }

    /// Sets how far an opening may be from an outage without being false. The default is 10 s.
    pub fn with_tolerance(self, tolerance: Duration) -> Self {
        let tolerance = nanos(tolerance);
        Self { tolerance, ..self }
    }

    /// Sets from which duration a call counts as failed here. By default, only its outcome counts.
    pub fn with_slow(self, slow: Duration) -> Self {
        let slow = Some(nanos(slow));
        Self { slow, ..self }
    }
}

impl Default for OutageRule {
    fn default() -> Self {
        Self::new()
    }
}

/// An outage of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceOutage {
    /// When its first failure began.
    pub began: SystemTime,
    /// When its last failure began.
    pub ended: SystemTime,
    /// Whether it lasts until the end of the trace, so that nobody knows when it ended.
    pub unended: bool,
    /// The number of calls that began from `began` to `ended`, both included, and succeeded, failed or were dropped.
    pub calls: u64,
    /// The number of them that failed, or were too slow for the rule.
    pub failures: u64,
}

/// An outage in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) began: u64,
    pub(super) ended: u64,
    pub(super) unended: bool,
    /// Until when it may go on: `ended`, unless it is unended.
    pub(super) until: u64,
    pub(super) calls: u64,
    pub(super) failures: u64,
}

impl Span {
    /// Returns the outage, which goes on until `at` at most.
    pub(super) fn until(self, at: u64) -> Self {
        Self {
            until: self.until.min(at),
            ..self
        }
    }
}

impl From<&Span> for TraceOutage {
    fn from(span: &Span) -> Self {
        Self {
            began: instant(span.began),
            ended: instant(span.ended),
            unended: span.unended,
            calls: span.calls,
            failures: span.failures,
        }
    }
}
