//! What threads count without the lock, on behalf of the machine.
//!
//! While a circuit is closed and no failure is counted in a row, a fast success decides nothing: it is one more sample
//! of the window and one call less in flight. So each thread keeps a tally of such calls in its slot, with plain loads
//! and stores. The next thread that takes the lock *drains* all tallies: it adds them to the machine. The machine judges
//! nothing before that, so its judgement includes every success that ended earlier.
//!
//! # Leases
//!
//! A thread must know where its calls belong: into which tenth of a time window a success falls, and into which bucket
//! of calls in flight a start falls. Only the machine knows that, so a thread that takes the lock is *granted* a lease,
//! with the instants until which its calls belong there. When the lease has ended, the thread takes the lock again.
//!
//! The window is 60 s long, so a tenth lasts 6 s. Thread T ends its calls as follows:
//!
//! | time | what happens |
//! |--:|---|
//! | 0.0 s | T ends a call under the lock. The machine counts it and grants T a lease for successes until 6.0 s |
//! | up to 5.9 s | T ends 1,000 fast successes and counts them in its tally |
//! | 6.0 s | T ends one more, outside its lease, and takes the lock. It drains 1,000 successes into the first tenth, the machine counts the call in the second, and T gets a lease until 12.0 s |
//!
//! If thread U takes a snapshot at 3.0 s, it drains what T has counted by then, say 500 successes. [`Drained`] remembers
//! that number, so at 6.0 s T drains only the other 500.
//!
//! # Epochs
//!
//! A change of settings *revokes* all leases: it increments the epoch, and a lease of another epoch does not count.
//!
//! | step | epoch | what happens |
//! |--:|--:|---|
//! | 1 | 4 | T has a lease of epoch 4. It loads the epoch and is held up |
//! | 2 | 5 | `configure` replaces the window of 100 calls by one of 10 s. Under the lock it drains all tallies into the old window, changes it, and revokes the leases |
//! | 3 | 5 | T continues: it compares its lease with epoch 4 and counts one success |
//! | 4 | 5 | The next drain adds this success to the new window, at the latest instant that the machine knows |
//! | 5 | 5 | T's next success finds epoch 5, and T takes the lock for a lease of that epoch |
//!
//! # Generations
//!
//! A tally ends with its generation, with which every count is tagged. Say that T loads the gate word of generation 7,
//! `reset` begins generation 8, and T then increments its count from (7, 12) to (7, 13). A drain for generation 8 reads
//! zero from it, because the tag differs, and the next lease starts it at (8, 0). The machine has forgotten generation
//! 7, so nothing is lost.
//!
//! # The order of a drain
//!
//! A call may begin on T and end on U. T counts its start; U counts its sample and then its end, with `Release`. A drain
//! reads all ends with `Acquire`, then all starts, then all samples:
//!
//! - It sees the end. Then it also sees the start and the sample, which were counted before.
//! - It sees the start only. Then the call is in flight, and the next drain sees its end.
//! - In the opposite order it could miss a start, see the end, and leave −1 calls in flight.
//!
//! So the machine never sees more ends than starts. And because the ends come before the samples, it finds out which of
//! the ended calls it had noticed as slow, and does not add their samples again: `machine/in_flight.rs` has an example.

mod call_count;

use self::call_count::CallCount;
use super::thread_slots::{default_slice, slots, slots_in_use};
use crate::machine::{BucketNumber, Machine, Span, TallyLease, Ticket};
use crate::sync::{AtomicU64, Ordering};
use crate::time::Tick;

/// The tallies of one breaker.
#[derive(Debug)]
pub(crate) struct Tallies {
    /// The number of times that all leases were revoked; written under the lock.
    ///
    /// `Relaxed` suffices: a thread that sees a change late counts by its old lease, and that is drained too.
    epoch: AtomicU64,
    slots: Box<[Tally]>,
}

/// The tally of one slot, on separate cache lines.
///
/// The thread that owns the slot writes all of it: a [`CallCount`] without the lock, the other fields under the lock,
/// except `last_start`. `Relaxed` suffices, except for the order that [`Tallies::drain`] needs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Tally {
    /// Samples of the window, which are successes.
    samples: CallCount,
    /// The end of the lease for successes, in ticks.
    successes_until: AtomicU64,
    /// The epoch of the lease for successes.
    successes_epoch: AtomicU64,
    /// Calls that began in the bucket of the lease.
    starts: CallCount,
    /// The beginning of that bucket, in ticks.
    starts_from: AtomicU64,
    /// The end of the lease for starts, in ticks.
    starts_until: AtomicU64,
    /// The epoch of the lease for starts; the lowest three bits are the number of the bucket.
    starts_epoch: AtomicU64,
    /// When the last call began, in ticks. Written without the lock.
    last_start: AtomicU64,
    /// Calls that ended, for two of the buckets in which they began.
    ends: [Ends; END_BUCKETS],
}

/// The number of buckets whose ends a slot can count: a call of any other bucket takes the lock when it ends.
const END_BUCKETS: usize = 2;
/// The number of bits that a bucket number takes.
const BUCKET_BITS: u32 = 3;

const _: () = assert!(
    size_of::<Tally>() == 128,
    "a breaker with a window has one for each slot"
);

/// The ends of the calls of one bucket.
#[derive(Debug, Default)]
struct Ends {
    count: CallCount,
    /// With `from` and `until`, the [`Span`] of the bucket.
    number: AtomicU64,
    from: AtomicU64,
    until: AtomicU64,
}

/// How much of the tallies was drained; the machine's lock guards it.
#[derive(Debug)]
pub(crate) struct Drained {
    slots: Box<[DrainedSlot]>,
}

/// How much of one tally was drained since its leases were granted.
#[derive(Clone, Debug, Default)]
struct DrainedSlot {
    samples: u32,
    starts: u32,
    ends: [u32; END_BUCKETS],
    /// The bucket of the lease for starts.
    starts_in: Span,
}

impl Tallies {
    pub(crate) fn new() -> (Self, Drained) {
        let tallies = Self {
            epoch: AtomicU64::new(0),
            slots: default_slice(slots()),
        };
        let drained = Drained {
            slots: default_slice(slots()),
        };
        (tallies, drained)
    }

    /// Counts the start of a call; returns its bucket and when it began, or `None` if the machine must decide.
    #[inline]
    pub(crate) fn start(
        &self,
        slot: usize,
        generation: u64,
        now: Tick,
    ) -> Option<(BucketNumber, Tick)> {
        let tally = self.slots.get(slot)?;
        let epoch = self.epoch.load(Ordering::Relaxed);
        let starts_epoch = tally.starts_epoch.load(Ordering::Relaxed);
        let granted = starts_epoch >> BUCKET_BITS == epoch
            && now.as_nanos() < tally.starts_until.load(Ordering::Relaxed);
        if !granted {
            return None;
        }
        // A bucket begins by the precise clock, and the coarse clock may lag behind it.
        let began = now.max(Tick::from_nanos(tally.starts_from.load(Ordering::Relaxed)));
        // Before the count, whose `Release` publishes it: no start that a drain sees is later.
        tally.last_start.store(began.as_nanos(), Ordering::Relaxed);
        let counted = tally.starts.add(generation, Ordering::Release);
        let bucket = BucketNumber::from_bits(starts_epoch);
        counted.then_some((bucket, began))
    }

    /// Counts a success; returns `false` if the machine must count it.
    #[inline]
    pub(crate) fn success(&self, slot: usize, generation: u64, ended: FastSuccess) -> bool {
        let Some(tally) = self.slots.get(slot) else {
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
        if ended.is_sample || ended.tracked.is_some() {
            let granted = tally.successes_epoch.load(Ordering::Relaxed) == epoch
                && ended.at.as_nanos() < tally.successes_until.load(Ordering::Relaxed);
            if !granted {
                return false;
            }
        }
        if ended.is_sample && !tally.samples.add(generation, Ordering::Relaxed) {
            return false;
        }
        // Last, and with `Release`: a drain that sees the end also sees the sample.
        if let Some((count, next)) = end {
            count.store(next, Ordering::Release);
        }
        true
    }

    /// Adds to the machine what was counted since the last drain.
    ///
    /// The order is ends, starts, samples; the module documentation explains it. The `Acquire` loads pair with the
    /// `Release` stores in [`start`](Self::start) and [`success`](Self::success).
    pub(crate) fn drain(&self, drained: &mut Drained, machine: &mut Machine, latest: Tick) {
        let generation = machine.generation();
        let used = slots_in_use();
        let tallies = || self.slots.iter().take(used);
        for (tally, drained) in tallies().zip(&mut drained.slots) {
            for (ends, drained) in tally.ends.iter().zip(&mut drained.ends) {
                if let Some(new) = ends.count.drain(generation, Ordering::Acquire, drained) {
                    let number = BucketNumber::from_bits(ends.number.load(Ordering::Relaxed));
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
        for (tally, drained) in tallies().zip(&mut drained.slots) {
            let starts = &mut drained.starts;
            if let Some(new) = tally.starts.drain(generation, Ordering::Acquire, starts) {
                let last = Tick::from_nanos(tally.last_start.load(Ordering::Relaxed));
                machine.absorb_starts(drained.starts_in, new.get(), last);
            }
        }
        machine.absorbed();
        for (tally, drained) in tallies().zip(&mut drained.slots) {
            let samples = &mut drained.samples;
            if let Some(new) = tally.samples.drain(generation, Ordering::Relaxed, samples) {
                // The last instant of the lease is in the same tenth as the samples. If the thread counted by a revoked
                // lease for another window, that instant may be in the future; `latest` then takes its place.
                let until = tally.successes_until.load(Ordering::Relaxed);
                let at = Tick::from_nanos(until.saturating_sub(1)).min(latest);
                machine.absorb_successes(new.get().into(), at);
            }
        }
    }

    /// Grants the thread of this slot a lease; call it under the lock, after a drain.
    #[inline]
    pub(crate) fn grant(
        &self,
        drained: &mut Drained,
        slot: usize,
        generation: u64,
        lease: &TallyLease,
    ) {
        let (Some(tally), Some(drained)) = (self.slots.get(slot), drained.slots.get_mut(slot))
        else {
            return;
        };
        let epoch = self.epoch.load(Ordering::Relaxed);
        if let Some(until) = lease.successes {
            tally.samples.grant(generation);
            let until = until.as_nanos();
            tally.successes_until.store(until, Ordering::Relaxed);
            tally.successes_epoch.store(epoch, Ordering::Relaxed);
            drained.samples = 0;
        }
        if let Some((span, until)) = lease.starts {
            tally.starts.grant(generation);
            let until = until.as_nanos();
            tally.starts_until.store(until, Ordering::Relaxed);
            tally
                .starts_from
                .store(span.from.as_nanos(), Ordering::Relaxed);
            let number = span.number.index() as u64;
            let starts_epoch = (epoch << BUCKET_BITS) | number;
            tally.starts_epoch.store(starts_epoch, Ordering::Relaxed);
            (drained.starts, drained.starts_in) = (0, span);
        }
        let Some(span) = lease.ends else {
            return;
        };
        let number = span.number.index();
        let at = number % END_BUCKETS;
        if let (Some(ends), Some(drained)) = (tally.ends.get(at), drained.ends.get_mut(at)) {
            ends.count.grant(generation);
            ends.number.store(number as u64, Ordering::Relaxed);
            ends.from.store(span.from.as_nanos(), Ordering::Relaxed);
            ends.until.store(span.until.as_nanos(), Ordering::Relaxed);
            *drained = 0;
        }
    }

    /// Revokes all leases: each thread takes the lock once, for a lease by the settings that are now in force.
    #[inline]
    pub(crate) fn revoke_all(&self) {
        let epoch = self.epoch.load(Ordering::Relaxed);
        self.epoch.store(epoch + 1, Ordering::Relaxed);
    }
}

/// A success that the machine need not see at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FastSuccess {
    /// When it ended. Zero suffices for a sample of a window of calls.
    pub(crate) at: Tick,
    /// Whether it is a sample of a window.
    pub(crate) is_sample: bool,
    /// Its ticket, if it was counted in flight.
    pub(crate) tracked: Option<Ticket>,
}

impl Tally {
    /// Returns the count of ends for this call's bucket, and the word that it has with one more.
    #[inline]
    fn end(&self, ticket: Ticket) -> Option<(&CallCount, u64)> {
        let number = ticket.bucket().index();
        let ends = self.ends.get(number % END_BUCKETS)?;
        let began = ticket.tracked_since();
        let same_bucket = ends.number.load(Ordering::Relaxed) == number as u64
            && began >= ends.from.load(Ordering::Relaxed)
            && began < ends.until.load(Ordering::Relaxed);
        let next = same_bucket.then(|| ends.count.next(ticket.generation()));
        Some((&ends.count, next.flatten()?))
    }
}

#[cfg(test)]
mod tests;
