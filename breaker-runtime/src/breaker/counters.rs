//! Counters on which threads do not contend.
//!
//! Each thread that owns a slot has its own counters, which it increments with a plain load and store. The counts stay
//! when the slot passes to another thread. Threads without a slot share one more set of counters and increment them
//! atomically.

use super::thread_slots::{claimed_slot, default_slice, slot, slots};
use crate::sync::AtomicU64;
use crate::sync::Ordering::Relaxed;
use crate::time::{Tick, Time, WallInstant};
use crate::values::{Rejections, Totals};

/// Identifies one counter.
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
    RejectedProbedElsewhere,
}

const COUNTERS: usize = 13;

/// Among successes that read no clock, a thread dates the first of every 64.
const DATED: u64 = 64;

/// The counters of one breaker.
#[derive(Debug)]
pub(crate) struct Counters {
    /// One for each slot, and a last one for threads without a slot.
    all: Box<[CounterSlot]>,
}

/// The counters of one slot, on separate cache lines.
///
/// Only the thread that owns the slot writes them; any thread reads them for the totals. `Relaxed` suffices: a counter
/// publishes nothing but itself, and the lock of the pool passes a thread's counts on to the next owner of its slot.
#[derive(Debug, Default)]
#[repr(align(128))]
struct CounterSlot {
    counts: [AtomicU64; COUNTERS],
    /// When the last dated success ended, in the form of [`dated`]; 0 before the first.
    last_success: AtomicU64,
    /// The number of successes up to that time.
    dated_successes: AtomicU64,
    /// When the last failure ended, in the form of [`dated`]; 0 before the first.
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
            all: default_slice(slots() + 1),
        }
    }

    /// Returns the counters of this thread, which claims a slot if one is free.
    #[inline]
    fn own(&self) -> Option<&CounterSlot> {
        self.all.get(slot())
    }

    /// Returns the counters of this thread, if it has claimed a slot before.
    #[inline]
    fn claimed(&self) -> Option<&CounterSlot> {
        self.all.get(claimed_slot())
    }

    /// Returns the counters of all threads without a slot.
    fn shared(&self) -> &CounterSlot {
        &self.all[self.all.len() - 1]
    }

    /// Increments a counter.
    #[inline]
    pub(crate) fn add(&self, counter: Counter) {
        match self.claimed() {
            Some(slot) => {
                slot.add_owned(counter);
            }
            None => self.add_first(counter),
        }
    }

    /// Increments a counter for a thread that may not have a slot yet.
    #[cold]
    #[inline(never)]
    fn add_first(&self, counter: Counter) {
        match self.own() {
            Some(slot) => slot.add_owned(counter),
            None => self.shared().add_shared(counter),
        };
    }

    /// Counts a success that has read no clock. Returns `false` if [`finish_clean_success`](Self::finish_clean_success)
    /// has to follow: the first of every [`DATED`] is dated, and the thread may not have a slot yet.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "nearly every call ends in one of these two"
    )]
    pub(crate) fn add_clean_success(&self) -> bool {
        self.claimed()
            .is_some_and(|slot| slot.add_owned(Counter::Successes) % DATED != 0)
    }

    /// Dates a success that [`add_clean_success`](Self::add_clean_success) has counted, or counts it for a thread that had
    /// no slot; returns whether it was dated.
    pub(crate) fn finish_clean_success(&self, time: &Time) -> bool {
        if let Some(slot) = self.claimed() {
            slot.date_success(slot.read(Counter::Successes), time.coarse());
            true
        } else if self.own().is_some() {
            // The first success of a thread is dated.
            self.add_success(time.coarse());
            true
        } else {
            self.shared().add_shared_clean_success(time)
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
            Some(slot) => slot.add_dated_success(now),
            None => self.add_first_success(now),
        }
    }

    /// Counts and dates a success for a thread that may not have a slot yet.
    #[cold]
    #[inline(never)]
    fn add_first_success(&self, now: Tick) {
        if let Some(slot) = self.own() {
            slot.add_dated_success(now);
        } else {
            let before = self.shared().add_shared(Counter::Successes);
            self.shared().date_shared_success(before + 1, now);
        }
    }

    /// Counts a returned failure and dates it.
    #[inline]
    pub(crate) fn add_failure(&self, now: Tick) {
        match self.own() {
            Some(slot) => slot.add_dated_failure(now),
            None => self.shared().add_shared_failure(now),
        }
    }

    /// Dates a failure that is counted elsewhere.
    pub(crate) fn date_failure(&self, now: Tick) {
        match self.own() {
            Some(slot) => slot.date_failure(now),
            None => self.shared().date_shared_failure(now),
        }
    }

    /// Returns the numbers of rejections by reason, and of answers of fallbacks.
    pub(crate) fn rejections_and_fallbacks(&self) -> (Rejections, u64) {
        let (mut rejections, mut fallbacks) = (Rejections::default(), 0);
        for slot in &self.all {
            slot.add_rejections_to(&mut rejections);
            fallbacks += slot.read(Counter::FallbackSuccesses);
            fallbacks += slot.read(Counter::FallbackFailures);
        }
        (rejections, fallbacks)
    }

    /// Returns the number of calls that ended with a value. It may miss what other threads count at the same time.
    #[cold]
    pub(crate) fn answered(&self) -> u64 {
        let of_slot = |slot: &CounterSlot| {
            [Counter::Successes, Counter::Failures, Counter::Ignored].map(|it| slot.read(it))
        };
        self.all.iter().flat_map(of_slot).fold(0, u64::wrapping_add)
    }

    /// Returns the sums of all slots, of the failures those that were returned. They may miss what other threads count at
    /// the same time.
    pub(crate) fn totals(&self, moment: WallInstant) -> Totals {
        let mut totals = Totals::default();
        let (mut last_success, mut last_failure) = (0, 0);
        for slot in &self.all {
            let read = |counter: Counter| slot.read(counter);
            let dated = slot.dated_successes.load(Relaxed);
            let successes = read(Counter::Successes);
            totals.last_success_is_lower_bound |= successes > dated;
            totals.successes += successes;
            totals.failures += read(Counter::Failures);
            totals.ignored += read(Counter::Ignored);
            totals.cancelled += read(Counter::Cancelled);
            totals.slow += read(Counter::Slow);
            slot.add_rejections_to(&mut totals.rejections);
            totals.stale += read(Counter::Stale);
            totals.fallback_successes += read(Counter::FallbackSuccesses);
            totals.fallback_failures += read(Counter::FallbackFailures);
            last_success = slot.last_success.load(Relaxed).max(last_success);
            last_failure = slot.last_failure.load(Relaxed).max(last_failure);
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
    fn read(&self, counter: Counter) -> u64 {
        self.counts[counter as usize].load(Relaxed)
    }

    fn add_rejections_to(&self, rejections: &mut Rejections) {
        rejections.open += self.read(Counter::RejectedOpen);
        rejections.half_open_full += self.read(Counter::RejectedHalfOpenFull);
        rejections.ramp += self.read(Counter::RejectedRamp);
        rejections.forced += self.read(Counter::RejectedForced);
        rejections.probed_elsewhere += self.read(Counter::RejectedProbedElsewhere);
    }

    /// Increments a counter, as the only writer; returns the count before.
    #[inline]
    fn add_owned(&self, counter: Counter) -> u64 {
        let count = &self.counts[counter as usize];
        let before = count.load(Relaxed);
        count.store(before.wrapping_add(1), Relaxed);
        before
    }

    /// Increments a counter, as one of several writers; returns the count before.
    #[cold]
    fn add_shared(&self, counter: Counter) -> u64 {
        self.counts[counter as usize].fetch_add(1, Relaxed)
    }

    /// Counts a success, as one of several writers, and dates the first of every [`DATED`]; returns whether it did.
    #[cold]
    fn add_shared_clean_success(&self, time: &Time) -> bool {
        let before = self.add_shared(Counter::Successes);
        let dates = before % DATED == 0;
        if dates {
            self.date_shared_success(before + 1, time.coarse());
        }
        dates
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
        self.date_shared_failure(now);
    }

    fn date_shared_failure(&self, now: Tick) {
        self.last_failure.fetch_max(dated(now), Relaxed);
    }

    /// Counts and dates a failure, as the only writer.
    #[inline]
    fn add_dated_failure(&self, now: Tick) {
        self.add_owned(Counter::Failures);
        self.date_failure(now);
    }

    /// Dates a failure, as the only writer.
    #[inline]
    fn date_failure(&self, now: Tick) {
        let last = self.last_failure.load(Relaxed);
        self.last_failure.store(dated(now).max(last), Relaxed);
    }

    /// Dates a success, as the only writer. The date may lag slightly, because the clocks differ in resolution.
    #[inline]
    fn date_success(&self, successes: u64, now: Tick) {
        self.last_success.store(dated(now), Relaxed);
        self.dated_successes.store(successes, Relaxed);
    }
}

/// Converts an instant to the form in which a slot keeps it: never zero, because zero is the absence of a date.
fn dated(now: Tick) -> u64 {
    now.as_nanos().saturating_add(1)
}

#[cfg(test)]
mod tests;
