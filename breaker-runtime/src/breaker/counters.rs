//! Counters that the threads of a program do not fight for.
//!
//! Each thread counts in the cell of its slot, with a plain load and store; the counts stay when the
//! slot goes on to another thread. Threads without a slot share one more cell and add to it
//! atomically.

use super::thread_slots::{claimed_slot, places, slot, slots};
use crate::sync::AtomicU64;
use crate::sync::Ordering::Relaxed;
use crate::time::{Tick, Time, WallInstant};
use crate::values::RejectionReason;
use crate::values::Totals;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counter {
    Successes,
    Failures,
    Ignored,
    Cancelled,
    Slow,
    RejectedOpen,
    RejectedHalfOpenFull,
    RejectedRamp,
    RejectedForced,
    Stale,
    FallbackSuccesses,
    FallbackFailures,
}

const COUNTERS: usize = 12;

/// Every 64th success of a thread is dated even if nothing went wrong, the first one included.
const DATED: u64 = 64;

impl From<RejectionReason> for Counter {
    fn from(reason: RejectionReason) -> Self {
        match reason {
            RejectionReason::Open => Self::RejectedOpen,
            RejectionReason::HalfOpenFull => Self::RejectedHalfOpenFull,
            RejectionReason::Ramp => Self::RejectedRamp,
            RejectionReason::Forced => Self::RejectedForced,
        }
    }
}

/// The counters of one breaker.
#[derive(Debug)]
pub(crate) struct Counters {
    /// One for each slot, and the shared one.
    all: Box<[CounterSlot]>,
}

/// The counters of one slot, on cache lines of their own.
///
/// Each is written by the thread that owns the slot and read by whoever sums up. `Relaxed` is
/// enough: a counter publishes nothing but itself, and a thread's counts are handed to the next
/// owner of its slot by the lock of the pool.
#[derive(Debug, Default)]
#[repr(align(128))]
struct CounterSlot {
    counts: [AtomicU64; COUNTERS],
    /// When the last dated success was, as [`dated`] has it; 0 for none.
    last_success: AtomicU64,
    /// How many successes there were at that time.
    dated_successes: AtomicU64,
    /// When the last failure was, likewise.
    last_failure: AtomicU64,
}

const _: () = assert!(
    size_of::<CounterSlot>() == 128,
    "a breaker has one for each slot"
);

impl Counters {
    #[inline]
    pub(crate) fn new() -> Self {
        Self {
            all: places(slots() + 1),
        }
    }

    /// The cell of this thread, if it owns a slot.
    #[inline]
    fn own(&self) -> Option<&CounterSlot> {
        self.all.get(slot())
    }

    /// The same, if the thread has counted before.
    #[inline]
    fn claimed(&self) -> Option<&CounterSlot> {
        self.all.get(claimed_slot())
    }

    /// The cell of all other threads.
    fn shared(&self) -> &CounterSlot {
        &self.all[self.all.len() - 1]
    }

    /// Counts one.
    #[inline]
    pub(crate) fn add(&self, count: Counter) {
        match self.claimed() {
            Some(cell) => {
                cell.add_owned(count);
            }
            None => self.add_first(count),
        }
    }

    /// Counts one by a thread that may have no slot yet.
    #[cold]
    #[inline(never)]
    fn add_first(&self, count: Counter) {
        match self.own() {
            Some(cell) => cell.add_owned(count),
            None => self.shared().add_shared(count),
        };
    }

    /// Counts a success of a circuit in which nothing had gone wrong: dates one in [`DATED`].
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "nearly every call ends in one of these two"
    )]
    pub(crate) fn add_clean_success(&self, time: &Time) {
        match self.claimed() {
            Some(cell) => {
                let before = cell.add_owned(Counter::Successes);
                if before % DATED == 0 {
                    cell.date_clean_success(before + 1, time);
                }
            }
            None => self.add_first_clean_success(time),
        }
    }

    /// Counts one by a thread that may have no slot yet.
    #[cold]
    #[inline(never)]
    fn add_first_clean_success(&self, time: &Time) {
        match self.own() {
            // The first one of a thread is dated.
            Some(_) => self.add_success(time.coarse()),
            None => self.shared().add_shared_clean_success(time),
        }
    }

    /// Counts a success and dates it.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "nearly every call ends in one of these two"
    )]
    pub(crate) fn add_success(&self, now: Tick) {
        match self.claimed() {
            Some(cell) => cell.add_dated_success(now),
            None => self.add_first_success(now),
        }
    }

    /// Counts one by a thread that may have no slot yet.
    #[cold]
    #[inline(never)]
    fn add_first_success(&self, now: Tick) {
        if let Some(cell) = self.own() {
            cell.add_dated_success(now);
        } else {
            let before = self.shared().add_shared(Counter::Successes);
            self.shared().date_shared_success(before + 1, now);
        }
    }

    /// Counts a failure and dates it.
    #[inline]
    pub(crate) fn add_failure(&self, now: Tick) {
        match self.own() {
            Some(cell) => cell.add_dated_failure(now),
            None => self.shared().add_shared_failure(now),
        }
    }

    /// Sums up. What other threads are counting meanwhile may or may not be in it.
    pub(crate) fn totals(&self, moment: WallInstant) -> Totals {
        let mut totals = Totals::default();
        let (mut last_success, mut last_failure) = (0, 0);
        for cell in &self.all {
            let read = |count: Counter| cell.counts[count as usize].load(Relaxed);
            let dated = cell.dated_successes.load(Relaxed);
            let successes = read(Counter::Successes);
            totals.last_success_is_lower_bound |= successes > dated;
            totals.successes += successes;
            totals.failures += read(Counter::Failures);
            totals.ignored += read(Counter::Ignored);
            totals.cancelled += read(Counter::Cancelled);
            totals.slow += read(Counter::Slow);
            totals.rejections.open += read(Counter::RejectedOpen);
            totals.rejections.half_open_full += read(Counter::RejectedHalfOpenFull);
            totals.rejections.ramp += read(Counter::RejectedRamp);
            totals.rejections.forced += read(Counter::RejectedForced);
            totals.stale += read(Counter::Stale);
            totals.fallback_successes += read(Counter::FallbackSuccesses);
            totals.fallback_failures += read(Counter::FallbackFailures);
            last_success = cell.last_success.load(Relaxed).max(last_success);
            last_failure = cell.last_failure.load(Relaxed).max(last_failure);
        }
        let date = |dated: u64| {
            let tick = Tick::from_nanos(dated.checked_sub(1)?);
            Some(moment.date(tick.min(moment.now)))
        };
        totals.rejected = totals.rejections.all();
        totals.calls = totals.successes + totals.failures + totals.ignored + totals.cancelled;
        totals.last_success_at = date(last_success);
        totals.last_failure_at = date(last_failure);
        totals
    }
}

impl CounterSlot {
    /// Adds as the only writer; returns the count before.
    #[inline]
    fn add_owned(&self, count: Counter) -> u64 {
        let counter = &self.counts[count as usize];
        let before = counter.load(Relaxed);
        counter.store(before.wrapping_add(1), Relaxed);
        before
    }

    /// Adds as one of several writers; returns the count before.
    #[cold]
    fn add_shared(&self, count: Counter) -> u64 {
        self.counts[count as usize].fetch_add(1, Relaxed)
    }

    #[cold]
    fn add_shared_clean_success(&self, time: &Time) {
        let before = self.add_shared(Counter::Successes);
        if before % DATED == 0 {
            self.date_shared_success(before + 1, time.coarse());
        }
    }

    fn date_shared_success(&self, successes: u64, now: Tick) {
        self.last_success.fetch_max(dated(now), Relaxed);
        self.dated_successes.fetch_max(successes, Relaxed);
    }

    #[inline]
    fn add_dated_success(&self, now: Tick) {
        let before = self.add_owned(Counter::Successes);
        self.date_success(before + 1, now);
    }

    #[cold]
    fn add_shared_failure(&self, now: Tick) {
        self.add_shared(Counter::Failures);
        self.last_failure.fetch_max(dated(now), Relaxed);
    }

    /// As the only writer.
    #[inline]
    fn add_dated_failure(&self, now: Tick) {
        self.add_owned(Counter::Failures);
        let last = self.last_failure.load(Relaxed);
        self.last_failure.store(dated(now).max(last), Relaxed);
    }

    #[cold]
    fn date_clean_success(&self, successes: u64, time: &Time) {
        self.date_success(successes, time.coarse());
    }

    /// Dates as the only writer. The clocks differ in their grain, so a date may lag a little.
    #[inline]
    fn date_success(&self, successes: u64, now: Tick) {
        self.last_success.store(dated(now), Relaxed);
        self.dated_successes.store(successes, Relaxed);
    }
}

/// An instant as a cell keeps it: not zero, which stands for none.
fn dated(now: Tick) -> u64 {
    now.as_nanos().saturating_add(1)
}

#[cfg(test)]
mod tests;
