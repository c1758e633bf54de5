//! What threads count by themselves for the machine, until somebody takes its lock and collects it.
//!
//! While a circuit is closed and no failure is counted in a row, a fast success decides nothing: it
//! is one more sample of the window and one call less in flight. So each thread keeps a tally of
//! such calls under its slot, with plain loads and stores, and whoever takes the lock first hands
//! the machine what the tallies have come to. The machine judges nothing before that, so it never
//! judges without a success that had ended before.
//!
//! What is tallied needs a frame that only the machine can give: which tenth of a window of time it
//! is, which bucket of starts. A thread gets its frame when it takes the lock (it is *granted*), and
//! takes the lock again when that has run out.
//!
//! The tallies of a generation end with it: each count carries the generation's tag. A thread that
//! looked at the gate just before a transition counts under the old tag, which nobody collects
//! any more, as the machine has forgotten that generation too.

use std::num::NonZeroU32;

use super::thread_slots::{places, slots, slots_in_use};
use crate::machine::{Bucket, Machine, Span, TallyLease, Ticket};
use crate::sync::{AtomicU64, Ordering};
use crate::time::Tick;

/// The tallies of one breaker.
#[derive(Debug)]
pub(crate) struct Tallies {
    /// Counts the changes of settings, after which every thread has to be granted anew; written under
    /// the lock. `Relaxed`: what a thread that sees it late has counted in its old frame is drained
    /// all the same, into the new window.
    epoch: AtomicU64,
    own: Box<[Tally]>,
}

/// The tally of one slot, on a cache line of its own.
///
/// All of it is written by the thread that owns the slot; what is not a [`CallCount`] under the lock
/// only. `Relaxed` is enough but for the order of two pairs: see
/// [`Tallies::drain`].
#[derive(Debug, Default)]
#[repr(align(128))]
struct Tally {
    /// Successes of the window.
    samples: CallCount,
    /// Until when they belong into the tenth that the thread was granted for, in ticks.
    samples_until: AtomicU64,
    samples_epoch: AtomicU64,
    /// Calls that began in the bucket that the thread was granted for: from and until when.
    starts: CallCount,
    starts_from: AtomicU64,
    starts_until: AtomicU64,
    /// The epoch, and in the lowest three bits the number of the bucket.
    starts_epoch: AtomicU64,
    /// When the last of them began.
    last_start: AtomicU64,
    /// Calls that ended, by the bucket that they began in: the one or the other of the last two.
    ends: [Ends; ROWS],
}

/// A call that began in a bucket before these takes the lock at its end.
const ROWS: usize = 2;
/// As many as the number of a bucket takes.
const BUCKET_BITS: u32 = 3;

const _: () = assert!(
    size_of::<Tally>() == 128,
    "a breaker with a window has one for each slot"
);

/// The ends of the calls of one bucket.
#[derive(Debug, Default)]
struct Ends {
    count: CallCount,
    /// The [`Span`] of the bucket.
    number: AtomicU64,
    from: AtomicU64,
    until: AtomicU64,
}

/// A number of calls and the generation that they are of.
///
/// ```text
///  63                      32  31    0
/// | generation's lowest bits | calls |
/// ```
#[derive(Debug, Default)]
struct CallCount(AtomicU64);

const CALLS: u64 = u32::MAX as u64;

impl CallCount {
    /// What it would be with one more; nothing if it is not granted for this generation, or full.
    #[inline]
    fn next(&self, generation: u64) -> Option<u64> {
        let word = self.0.load(Ordering::Relaxed);
        // The same generation in the upper half leaves the count, and any other one more than that.
        let count = word.wrapping_sub(generation << 32);
        (count < CALLS).then_some(word + 1)
    }

    /// Counts one as the only writer; says no where it cannot.
    #[inline]
    fn add(&self, generation: u64, order: Ordering) -> bool {
        let next = self.next(generation);
        if let Some(next) = next {
            self.0.store(next, order);
        }
        next.is_some()
    }

    /// How many there are of this generation.
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    fn read(&self, generation: u64, order: Ordering) -> u32 {
        let word = self.0.load(order);
        if word >> 32 == generation & CALLS {
            word as u32
        } else {
            0
        }
    }

    /// How many there are that were not taken yet; takes them.
    fn take(&self, generation: u64, order: Ordering, taken: &mut u32) -> Option<NonZeroU32> {
        let count = self.read(generation, order);
        let new = NonZeroU32::new(count.saturating_sub(*taken));
        if new.is_some() {
            *taken = count;
        }
        new
    }

    /// Begins anew.
    #[inline]
    fn grant(&self, generation: u64) {
        self.0.store((generation & CALLS) << 32, Ordering::Relaxed);
    }
}

/// What was drained from the tallies; under the lock of the machine.
#[derive(Debug)]
pub(crate) struct Drained {
    own: Box<[DrainedSlot]>,
}

/// What was drained from one tally, and what its thread was granted for.
#[derive(Clone, Debug, Default)]
struct DrainedSlot {
    samples: u32,
    starts: u32,
    ends: [u32; ROWS],
    starts_in: Span,
}

impl Tallies {
    pub(crate) fn new() -> (Self, Drained) {
        let tallies = Self {
            epoch: AtomicU64::new(0),
            own: places(slots()),
        };
        let drained = Drained {
            own: places(slots()),
        };
        (tallies, drained)
    }

    /// Counts the start of a call; returns its bucket and when it began, or nothing if the machine has
    /// to be asked.
    #[inline]
    pub(crate) fn start(&self, slot: usize, generation: u64, now: Tick) -> Option<(Bucket, Tick)> {
        let tally = self.own.get(slot)?;
        let epoch = self.epoch.load(Ordering::Relaxed);
        let starts_epoch = tally.starts_epoch.load(Ordering::Relaxed);
        let granted = starts_epoch >> BUCKET_BITS == epoch
            && now.as_nanos() < tally.starts_until.load(Ordering::Relaxed);
        if !granted {
            return None;
        }
        // A bucket begins by the precise clock, and the coarse one may lag behind it.
        let began = now.max(Tick::from_nanos(tally.starts_from.load(Ordering::Relaxed)));
        // Before the count, whose `Release` publishes it: no start that is drained is later.
        tally.last_start.store(began.as_nanos(), Ordering::Relaxed);
        let counted = tally.starts.add(generation, Ordering::Release);
        let bucket = Bucket::from_number(starts_epoch);
        counted.then_some((bucket, began))
    }

    /// Counts a success; says no if the machine has to be told.
    #[inline]
    pub(crate) fn success(&self, slot: usize, generation: u64, ended: FastSuccess) -> bool {
        let Some(tally) = self.own.get(slot) else {
            return false;
        };
        let epoch = self.epoch.load(Ordering::Relaxed);
        let end = match ended.tracked {
            None => None,
            Some(ticket) => match tally.end(ticket) {
                None => return false,
                end => end,
            },
        };
        if let Some(now) = ended.sampled {
            let counted = tally.samples_epoch.load(Ordering::Relaxed) == epoch
                && now.as_nanos() < tally.samples_until.load(Ordering::Relaxed)
                && tally.samples.add(generation, Ordering::Relaxed);
            if !counted {
                return false;
            }
        }
        // Last, and with `Release`: whoever collects the end collects its sample too.
        if let Some((count, next)) = end {
            count.0.store(next, Ordering::Release);
        }
        true
    }

    /// Hands the machine what was counted since the last time.
    ///
    /// Ends before starts and samples: the start of an end that is seen has been counted before it,
    /// and so has its sample, and the `Acquire` makes both seen. So there are never more ends than
    /// starts; and a call that the machine has noticed as slow, and whose thread did not know, is
    /// recognised before its sample is added.
    pub(crate) fn drain(&self, drained: &mut Drained, machine: &mut Machine, latest: Tick) {
        let generation = machine.generation();
        let used = slots_in_use();
        let pairs = || self.own.iter().take(used);
        for (tally, taken) in pairs().zip(&mut drained.own) {
            for (ends, taken) in tally.ends.iter().zip(&mut taken.ends) {
                if let Some(new) = ends.count.take(generation, Ordering::Acquire, taken) {
                    let number = Bucket::from_number(ends.number.load(Ordering::Relaxed));
                    let from = Tick::from_nanos(ends.from.load(Ordering::Relaxed));
                    let until = Tick::from_nanos(ends.until.load(Ordering::Relaxed));
                    machine.absorb_ends(
                        Span {
                            number,
                            from,
                            until,
                        },
                        new.get(),
                    );
                }
            }
        }
        for (tally, taken) in pairs().zip(&mut drained.own) {
            let starts = &mut taken.starts;
            if let Some(new) = tally.starts.take(generation, Ordering::Acquire, starts) {
                let last = Tick::from_nanos(tally.last_start.load(Ordering::Relaxed));
                machine.absorb_starts(taken.starts_in, new.get(), last);
            }
        }
        machine.absorbed();
        for (tally, taken) in pairs().zip(&mut drained.own) {
            let samples = &mut taken.samples;
            if let Some(new) = tally.samples.take(generation, Ordering::Relaxed, samples) {
                // The last instant of the tenth that they belong into; or of now, if the window has
                // become another one between the thread's look at its frame and its count.
                let until = tally.samples_until.load(Ordering::Relaxed);
                let at = Tick::from_nanos(until.saturating_sub(1)).min(latest);
                machine.absorb_successes(new.get().into(), at);
            }
        }
    }

    /// Arms the thread of this slot for what the machine says; under the lock, after collecting.
    #[inline]
    pub(crate) fn grant(
        &self,
        drained: &mut Drained,
        slot: usize,
        generation: u64,
        frame: &TallyLease,
    ) {
        let (Some(tally), Some(taken)) = (self.own.get(slot), drained.own.get_mut(slot)) else {
            return;
        };
        let epoch = self.epoch.load(Ordering::Relaxed);
        if let Some(until) = frame.samples {
            tally.samples.grant(generation);
            let until = until.as_nanos();
            tally.samples_until.store(until, Ordering::Relaxed);
            tally.samples_epoch.store(epoch, Ordering::Relaxed);
            taken.samples = 0;
        }
        if let Some((span, until)) = frame.starts {
            tally.starts.grant(generation);
            let until = until.as_nanos();
            tally.starts_until.store(until, Ordering::Relaxed);
            tally
                .starts_from
                .store(span.from.as_nanos(), Ordering::Relaxed);
            let number = span.number.number() as u64;
            let starts_epoch = (epoch << BUCKET_BITS) | number;
            tally.starts_epoch.store(starts_epoch, Ordering::Relaxed);
            (taken.starts, taken.starts_in) = (0, span);
        }
        let Some(span) = frame.ends else {
            return;
        };
        let number = span.number.number();
        let row = number % ROWS;
        if let (Some(ends), Some(taken)) = (tally.ends.get(row), taken.ends.get_mut(row)) {
            ends.count.grant(generation);
            ends.number.store(number as u64, Ordering::Relaxed);
            ends.from.store(span.from.as_nanos(), Ordering::Relaxed);
            ends.until.store(span.until.as_nanos(), Ordering::Relaxed);
            *taken = 0;
        }
    }

    /// Makes every thread take the lock once, for a frame by the settings that are in force now.
    #[inline]
    pub(crate) fn revoke_all(&self) {
        let epoch = self.epoch.load(Ordering::Relaxed);
        self.epoch.store(epoch + 1, Ordering::Relaxed);
    }
}

/// A success, as far as a tally wants to know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FastSuccess {
    /// When it ended, if it is a sample of a window.
    pub(crate) sampled: Option<Tick>,
    /// What it held, if it was counted among those in flight; no other ticket has a bucket.
    pub(crate) tracked: Option<Ticket>,
}

impl Tally {
    /// Where the end of a call is counted, and what the count becomes.
    #[inline]
    fn end(&self, ticket: Ticket) -> Option<(&CallCount, u64)> {
        let number = ticket.bucket().number();
        let ends = self.ends.get(number % ROWS)?;
        let began = ticket.tracked_since();
        let its_own = ends.number.load(Ordering::Relaxed) == number as u64
            && began >= ends.from.load(Ordering::Relaxed)
            && began < ends.until.load(Ordering::Relaxed);
        let next = its_own.then(|| ends.count.next(ticket.generation()));
        Some((&ends.count, next.flatten()?))
    }
}

#[cfg(test)]
mod tests;
