//! The outages of a trace: what the outcomes alone say, without regard to any settings.

use std::time::{Duration, SystemTime};

use super::call::{Call, CallOutcome, instant};
use crate::time::nanos;

/// The number of outages that are listed at most.
const MOST: usize = 10_000;
/// A slot is at most this many times as long as the rule says, however few calls there are.
const LONGEST_SLOT: u64 = 3600;

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
    slot: u64,
    min_calls: u64,
    share: f64,
    gap: u64,
    least: u64,
    tolerance: u64,
    slow: Option<u64>,
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

    pub(super) fn tolerance(&self) -> u64 {
        self.tolerance
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
    /// The number of calls in its bad slots.
    pub calls: u64,
    /// The number of failures among them.
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
    calls: u64,
    failures: u64,
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

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    began: u64,
    calls: u64,
    failures: u64,
    dropped: u64,
    first_failure: Option<u64>,
    last_failure: u64,
    /// When the last failure before the first success began.
    leading: Option<u64>,
    succeeded: bool,
}

/// Finds the outages of a trace, call by call.
#[derive(Clone, Debug)]
pub(super) struct OutageFinder {
    rule: OutageRule,
    slot: Option<Slot>,
    /// When the first of the failures in a row began.
    row: Option<u64>,
    /// The value of `row` when the slot began.
    row_before: Option<u64>,
    /// Whether the slot before was bad.
    follows_bad: bool,
    current: Option<Span>,
    found: Vec<Span>,
}

impl OutageFinder {
    pub(super) fn new(rule: OutageRule) -> Self {
        Self {
            rule,
            slot: None,
            row: None,
            row_before: None,
            follows_bad: false,
            current: None,
            found: Vec::new(),
        }
    }

    /// Adds a call, which did not begin before the last one.
    pub(super) fn push(&mut self, call: &Call) {
        let too_long = |limit| call.took_nanos() >= limit;
        let is_slow = self.rule.slow.is_some_and(too_long);
        let (failed, dropped) = match call.outcome() {
            CallOutcome::Success => (is_slow, false),
            CallOutcome::Failure(_) | CallOutcome::Trip => (true, false),
            CallOutcome::Dropped => (is_slow, !is_slow),
            _ => return,
        };
        let at = call.started_nanos();
        let ends = |slot: &Slot, rule: &OutageRule| {
            let age = at.saturating_sub(slot.began);
            let full = slot.calls.max(slot.dropped) >= rule.min_calls;
            age >= rule
                .slot
                .saturating_mul(if full { 1 } else { LONGEST_SLOT })
        };
        if self.slot.is_some_and(|slot| ends(&slot, &self.rule)) {
            self.end_slot();
        }
        let slot = self.slot.get_or_insert_with(|| {
            self.row_before = self.row;
            Slot {
                began: at,
                ..Slot::default()
            }
        });
        slot.dropped += u64::from(dropped);
        slot.calls += u64::from(!dropped);
        slot.failures += u64::from(failed);
        if failed || dropped {
            slot.first_failure.get_or_insert(at);
            slot.last_failure = at;
            self.row.get_or_insert(at);
            if !slot.succeeded {
                slot.leading = Some(at);
            }
        } else {
            slot.succeeded = true;
            self.row = None;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a share needs no exact numbers")]
    fn end_slot(&mut self) {
        let Some(slot) = self.slot.take() else {
            return;
        };
        // A slot with few calls prolongs an outage, and begins none.
        let enough = match self.current {
            Some(_) => 1,
            None => self.rule.min_calls,
        };
        let failed = slot.calls >= enough
            && slot.failures > 0
            && slot.failures as f64 / slot.calls as f64 >= self.rule.share;
        let unanswered = slot.calls == 0 && slot.dropped >= enough;
        let bad = failed || unanswered;
        let follows_bad = std::mem::replace(&mut self.follows_bad, bad);
        if bad {
            self.add_bad(&slot);
        } else if let Some(current) = &mut self.current {
            // The row of failures goes on from the bad slot.
            let goes_on = follows_bad && self.row_before.is_some();
            if let Some(leading) = slot.leading.filter(|_| goes_on) {
                current.ended = leading;
            }
            // A row of failures that are too few to be judged does not end an outage.
            let last = slot.last_failure.max(slot.began);
            if slot.succeeded && last > current.ended.saturating_add(self.rule.gap) {
                self.end_outage();
            }
        }
    }

    fn add_bad(&mut self, slot: &Slot) {
        let first = slot.first_failure.unwrap_or(slot.began);
        let began = self.row_before.filter(|_| slot.leading.is_some());
        let began = began.unwrap_or(first);
        let joins = self
            .current
            .is_some_and(|it| began <= it.ended.saturating_add(self.rule.gap));
        if !joins {
            self.end_outage();
            if slot.calls.max(slot.dropped) < self.rule.min_calls {
                return;
            }
        }
        let current = self.current.get_or_insert(Span {
            began,
            ended: began,
            unended: false,
            until: 0,
            calls: 0,
            failures: 0,
        });
        current.ended = slot.last_failure;
        current.calls += slot.calls + slot.dropped;
        current.failures += slot.failures;
    }

    fn end_outage(&mut self) {
        let Some(outage) = self.current.take() else {
            return;
        };
        let until = if outage.unended {
            u64::MAX
        } else {
            outage.ended
        };
        let long = outage.ended - outage.began >= self.rule.least;
        if long && self.found.len() < MOST {
            self.found.push(Span { until, ..outage });
        }
    }

    /// Returns the outages, in order.
    pub(super) fn finish(mut self) -> Vec<Span> {
        self.end_slot();
        if let Some(current) = &mut self.current {
            // The failures in a row go on from its last failure, so that no success followed.
            current.unended = self.row.is_some_and(|row| row <= current.ended);
        }
        self.end_outage();
        self.found
    }
}
