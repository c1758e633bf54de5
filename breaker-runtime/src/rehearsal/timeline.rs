//! What a trace itself says: calls, failures and durations over time, and its outages.

use std::time::{Duration, SystemTime};

use super::call::{Call, CallOutcome, instant};
use super::error::TraceError;
use super::outage_finder::OutageFinder;
use super::outages::{OutageRule, Span, TraceOutage};
use super::sequence::Sequence;

/// The number of slots of a timeline at most.
const MOST_SLOTS: usize = 2_000;
/// The width of a slot at first; it doubles when there are too many slots.
const FIRST_WIDTH: u64 = 1_000_000_000;
/// Each power of two has this many classes of durations, as a power of two.
const CLASS_BITS: u32 = 1;
/// The shortest duration that has its own class is 2^13 ns, about 8 µs; the longest about 10 hours.
const FIRST_CLASS: u32 = 13;
const CLASSES: usize = 64;

/// Sums up a trace, call by call, in constant memory.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use breaker_runtime::rehearsal::{Call, CallOutcome, TraceSummary};
///
/// let mut summary = TraceSummary::new();
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
/// for second in 0..60 {
///     let began = noon + Duration::from_secs(second);
///     summary.push(&Call::new(began, Duration::from_millis(5), CallOutcome::Success))?;
/// }
/// let timeline = summary.finish();
/// assert_eq!((timeline.calls, timeline.failures, timeline.outages.len()), (60, 0, 0));
/// # Ok::<(), breaker_runtime::rehearsal::TraceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TraceSummary {
    sequence: Sequence,
    began: u64,
    ended: u64,
    width: u64,
    slots: Vec<Slot>,
    outages: OutageFinder,
}

/// What a trace says over time, and its outages.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Timeline {
    /// When the first call began.
    pub began: SystemTime,
    /// When the last call ended.
    pub ended: SystemTime,
    /// The number of calls.
    pub calls: u64,
    /// The number of calls that succeeded.
    pub successes: u64,
    /// The number of calls that failed.
    pub failures: u64,
    /// The number of calls that were ignored, dropped early or cancelled.
    pub others: u64,
    /// The number of calls that the breaker rejected which wrote the trace.
    pub rejected: u64,
    /// The length of each slot.
    pub width: Duration,
    /// The slots from `began` on, about 2,000 at most. A call is in the slot in which it began.
    pub slots: Vec<TimelineSlot>,
    /// The outages that the [`OutageRule`] finds, 10,000 at most.
    pub outages: Vec<TraceOutage>,
}

/// One slot of a timeline.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TimelineSlot {
    /// When it begins.
    pub began: SystemTime,
    /// The number of calls.
    pub calls: u64,
    /// The number of calls that succeeded.
    pub successes: u64,
    /// The number of calls that failed.
    pub failures: u64,
    /// The number of calls that were ignored, dropped early or cancelled.
    pub others: u64,
    /// The number of calls that the breaker rejected which wrote the trace.
    pub rejected: u64,
    /// The median duration of the calls that were not rejected, to within a quarter between 8 µs and 9 hours.
    pub p50: Option<Duration>,
    /// The duration that 99 % of these calls did not exceed, to within a quarter.
    pub p99: Option<Duration>,
    /// The longest duration.
    pub longest: Duration,
}

#[derive(Clone, Debug)]
struct Slot {
    successes: u64,
    failures: u64,
    others: u64,
    rejected: u64,
    longest: u64,
    durations: [u32; CLASSES],
}

impl Slot {
    const EMPTY: Self = Self {
        successes: 0,
        failures: 0,
        others: 0,
        rejected: 0,
        longest: 0,
        durations: [0; CLASSES],
    };

    fn add(&mut self, call: &Call) {
        *match call.outcome() {
            CallOutcome::Success => &mut self.successes,
            CallOutcome::Failure(_) | CallOutcome::Trip => &mut self.failures,
            CallOutcome::Ignored | CallOutcome::Dropped | CallOutcome::Cancelled => {
                &mut self.others
            }
            CallOutcome::Rejected => {
                self.rejected += 1;
                return;
            }
        } += 1;
        let took = call.took_nanos();
        self.longest = self.longest.max(took);
        let class = &mut self.durations[class_of(took)];
        *class = class.saturating_add(1);
    }

    fn merge(&mut self, other: &Self) {
        self.successes += other.successes;
        self.failures += other.failures;
        self.others += other.others;
        self.rejected += other.rejected;
        self.longest = self.longest.max(other.longest);
        for (class, other) in self.durations.iter_mut().zip(&other.durations) {
            *class = class.saturating_add(*other);
        }
    }

    fn calls(&self) -> u64 {
        self.successes + self.failures + self.others + self.rejected
    }

    /// Returns the duration that `percent` of the calls did not exceed.
    fn quantile(&self, percent: u64) -> Option<Duration> {
        let all: u64 = self.durations.iter().map(|count| u64::from(*count)).sum();
        let rank = (all * percent).div_ceil(100);
        let mut seen = 0;
        let class = self.durations.iter().position(|count| {
            seen += u64::from(*count);
            seen >= rank && *count > 0
        })?;
        Some(Duration::from_nanos(middle_of(class).min(self.longest)))
    }
}

/// Returns the class of a duration in nanoseconds.
fn class_of(nanos: u64) -> usize {
    let exponent = nanos.max(1).ilog2();
    let Some(above) = exponent.checked_sub(FIRST_CLASS) else {
        return 0;
    };
    let part = (nanos >> (exponent - CLASS_BITS)) & ((1 << CLASS_BITS) - 1);
    // Both parts are small.
    let class = ((above as usize) << CLASS_BITS) + usize::try_from(part).unwrap_or(0);
    class.min(CLASSES - 1)
}

/// Returns the middle of a class of durations, in nanoseconds.
fn middle_of(class: usize) -> u64 {
    let parts = 1_u64 << CLASS_BITS;
    let class = class as u64;
    let shortest = (1_u64 << FIRST_CLASS) << (class >> CLASS_BITS);
    let width = shortest / parts;
    shortest + (class % parts) * width + width / 2
}

impl TraceSummary {
    /// Begins a summary with the default rule for outages.
    pub fn new() -> Self {
        Self::with_rule(OutageRule::new())
    }

    /// Begins a summary that finds outages by `rule`.
    pub fn with_rule(rule: OutageRule) -> Self {
        Self {
            sequence: Sequence::default(),
            began: 0,
            ended: 0,
            width: FIRST_WIDTH,
            slots: Vec::new(),
            outages: OutageFinder::new(rule),
        }
    }

    /// Adds the next call.
    ///
    /// # Errors
    ///
    /// [`TraceError::TimeRunsBack`] if the call began before the last one; it is not added.
    pub fn push(&mut self, call: &Call) -> Result<(), TraceError> {
        self.sequence.next(call)?;
        self.add(call);
        Ok(())
    }

    /// Adds the next call, whose place in the order is known to be right.
    pub(super) fn add(&mut self, call: &Call) {
        let at = call.started_nanos();
        if self.slots.is_empty() {
            self.began = at;
        }
        self.ended = self.ended.max(call.ended_nanos());
        self.outages.push(call);
        let mut slot = (at - self.began) / self.width;
        while slot >= MOST_SLOTS as u64 {
            self.halve();
            slot = (at - self.began) / self.width;
        }
        let slot = usize::try_from(slot).unwrap_or(MOST_SLOTS);
        if slot >= self.slots.len() {
            self.slots.resize(slot + 1, Slot::EMPTY);
        }
        self.slots[slot].add(call);
    }

    /// Doubles the width of the slots.
    fn halve(&mut self) {
        self.width *= 2;
        let merged = self.slots.chunks(2).map(|pair| {
            let mut slot = pair[0].clone();
            pair[1..].iter().for_each(|other| slot.merge(other));
            slot
        });
        self.slots = merged.collect();
    }

    /// Returns what the trace says.
    pub fn finish(self) -> Timeline {
        self.finish_with_spans().0
    }

    pub(super) fn finish_with_spans(self) -> (Timeline, Vec<Span>) {
        let mut sum = Slot::EMPTY;
        self.slots.iter().for_each(|slot| sum.merge(slot));
        let slots = self.slots.iter().zip(0..).map(|(slot, nth)| TimelineSlot {
            began: instant(self.began + nth * self.width),
            calls: slot.calls(),
            successes: slot.successes,
            failures: slot.failures,
            others: slot.others,
            rejected: slot.rejected,
            p50: slot.quantile(50),
            p99: slot.quantile(99),
            longest: Duration::from_nanos(slot.longest),
        });
        let spans = self.outages.finish();
        let timeline = Timeline {
            began: instant(self.began),
            ended: instant(self.ended),
            calls: sum.calls(),
            successes: sum.successes,
            failures: sum.failures,
            others: sum.others,
            rejected: sum.rejected,
            width: Duration::from_nanos(self.width),
            slots: slots.collect(),
            outages: spans.iter().map(TraceOutage::from).collect(),
        };
        (timeline, spans)
    }
}

impl Default for TraceSummary {
    fn default() -> Self {
        Self::new()
    }
}
