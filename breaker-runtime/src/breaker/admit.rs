//! The way into a call.
//!
//! Most calls need only the first comparison of [`CircuitBreaker::admit`]. The table shows which function handles which
//! call; the functions of the last column are in [`settle`](super::settle):
//!
//! ```text
//! state of the gate word            admit                       settle (success)
//! closed, nothing counted           admit            (1 cmp)    clean success      (1 cmp, 1 counter)
//! closed, window                    admit            (1 cmp)    tally              (thread-local)
//! closed, slow_call                 admit_tracked    (tally)    tally
//! closed, failure streak            admit                       settle_locked
//! latency = true                    admit_measured              measured, then as above
//! recorded                          admit_recorded              settle_recorded_success
//! open, coarse clock, declared name reject_at_gate              –
//! open, any other                   reject_by_gate              –
//! open, probed elsewhere            admit_unless_held           –
//! half open, ramp, override         admit_locked                settle_locked
//! max_in_flight                     admit_limited, then above   settle_marked, then as above
//! failure, ignored, cancelled                                   settle_locked
//! ```
//!
//! The functions marked `#[inline(never)]` keep their register pressure out of the common path.

use std::num::NonZeroU64;

use super::counters::Counter;
use super::gate::Word;
use super::shared::{CircuitBreaker, Shared};
use super::thread_slots::claimed_slot;
use super::{log, nesting};
use crate::machine::{Rejected, Role, Ticket};
use crate::time::{Tick, system};
use crate::values::{BreakerName, Rejection};

impl CircuitBreaker {
    /// Requests permission to run one call.
    #[inline]
    pub(crate) fn admit(&self) -> Result<Ticket, Rejection> {
        let shared = self.shared();
        let word = shared.gate.word();
        if word.admits() {
            return Ok(Ticket::call(word.generation()));
        }
        if word.rejects_coarsely() {
            // The rejection is made here: a function that returned it would copy it once more.
            if let Some((name, retry_after)) = shared.reject_at_gate() {
                let name = BreakerName::Declared(name);
                return Err(shared.logged(Rejection::open(name, retry_after)));
            }
        }
        cold_path();
        self.admit_uncommon()
    }

    /// Handles every case that [`admit`](Self::admit) does not.
    ///
    /// It reloads the gate word: as an argument the word would stay live across the preceding call on every path. It chooses
    /// among all other paths, so that each of them is one function deep.
    #[inline(never)]
    fn admit_uncommon(&self) -> Result<Ticket, Rejection> {
        let shared = self.shared();
        let word = shared.gate.word();
        if word.admits_tracked() {
            if let Some(ticket) = shared.admit_tracked(word) {
                return Ok(ticket);
            }
            return self.admit_locked();
        }
        #[cfg(feature = "rehearsal")]
        if word.is_recorded() {
            if word.admits_recorded() {
                return Ok(shared.admit_recorded(word));
            }
            return self.admit_recorded();
        }
        if word.is_open() {
            return self.reject_by_gate(shared, word);
        }
        if word.admits_measured() {
            return Ok(shared.admit_measured(word));
        }
        if word.is_limited() {
            return self.admit_limited();
        }
        self.admit_unless_held()
    }

    /// Rejects a call of an open circuit without the lock, unless the open period has passed.
    #[inline(never)]
    fn reject_by_gate(&self, shared: &Shared, word: Word) -> Result<Ticket, Rejection> {
        if let Some(retry_after) = shared.time_left(word) {
            return Err(shared.rejected_open(retry_after));
        }
        if word.is_limited() {
            return self.admit_limited();
        }
        self.admit_locked()
    }

    /// Rejects a call while another instance probes; otherwise lets the machine decide.
    #[inline(never)]
    fn admit_unless_held(&self) -> Result<Ticket, Rejection> {
        let shared = self.shared();
        if shared.gate.word().is_held() {
            if let Some(retry_after) = shared.gate.probed_elsewhere_for(shared.time.coarse()) {
                return Err(shared.rejected_probed_elsewhere(retry_after));
            }
        }
        self.admit_locked()
    }

    /// Lets the machine decide.
    #[inline(never)]
    pub(super) fn admit_locked(&self) -> Result<Ticket, Rejection> {
        self.admit_locked_at(self.shared().time.now())
    }

    /// Lets the machine decide at an instant.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has two callers, of which one is common"
    )]
    pub(super) fn admit_locked_at(&self, now: Tick) -> Result<Ticket, Rejection> {
        let shared = self.shared();
        let reading = shared.time.reading(now);
        let nested_in = nesting::generation(shared.id());
        let admitted = self.change_for_call(reading, |machine, now, changes| {
            let admitted = machine.admit(nested_in, now, changes);
            let ticket = admitted.as_ref().ok().copied();
            (admitted.map(|it| (it, machine.is_recovering())), ticket)
        });
        match admitted {
            Ok((mut ticket, recovering)) => {
                #[cfg(feature = "tower")]
                if ticket.role() == Role::Probe {
                    // It may have been the last permit, so that the tasks that wait would be rejected now.
                    self.wake_waiting();
                }
                if recovering && ticket.role() != Role::Uncounted {
                    ticket.set_nesting();
                    self.begin_nesting(ticket);
                }
                Ok(ticket)
            }
            Err(rejected) => Err(shared.rejected(rejected)),
        }
    }

    /// Returns whether the gate shows that the circuit is closed and calls need no place.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn is_closed_at_gate(&self) -> bool {
        self.shared().gate.word().is_closed_without_limit()
    }

    /// Returns whether all places of `max_in_flight` are taken.
    #[cfg(all(feature = "tokio", feature = "tower"))]
    pub(crate) fn is_full(&self) -> bool {
        self.shared().cold.places.are_taken()
    }

    /// Notes that a call runs on this thread to which nested calls belong.
    pub(crate) fn begin_nesting(&self, ticket: Ticket) {
        nesting::begin(self.shared().id(), ticket.generation(), self.address());
    }
}

impl Shared {
    /// Counts a call that an open circuit rejects by the system's coarse clock.
    ///
    /// Returns the declared name and the rest of the open period in nanoseconds, or `None` if that has passed.
    #[inline(never)]
    fn reject_at_gate(&self) -> Option<(&'static &'static str, NonZeroU64)> {
        let retry_after = self.gate.time_left(system::coarse())?;
        let BreakerName::Declared(name) = self.name else {
            cold_path();
            return None;
        };
        self.counters.add(Counter::RejectedOpen);
        Some((name, retry_after))
    }

    /// Admits a call that must be counted in flight, if the thread's tally can count it.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has two callers, of which one is common"
    )]
    pub(super) fn admit_tracked(&self, word: Word) -> Option<Ticket> {
        self.admit_tracked_at(word, self.time.read(word.is_precise()))
    }

    /// Does the same at an instant.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has two callers, of which one is common"
    )]
    pub(super) fn admit_tracked_at(&self, word: Word, now: Tick) -> Option<Ticket> {
        let generation = word.generation();
        let (bucket, began) = self.tallies.get()?.start(claimed_slot(), generation, now)?;
        Some(Ticket::tracked(generation, bucket, began))
    }

    /// Returns the rest of the open period in nanoseconds if the gate alone shows that it has not passed.
    ///
    /// `word` must be open.
    #[inline]
    pub(super) fn time_left(&self, word: Word) -> Option<NonZeroU64> {
        self.gate.time_left(self.time.read(word.is_precise()))
    }

    /// Records that a call no longer runs on this thread: it has ended, or its permit is held by hand.
    #[inline]
    pub(crate) fn end_nesting(&self, ticket: Ticket) -> Ticket {
        if !ticket.is_nesting() {
            return ticket;
        }
        if !ticket.is_suspended() {
            nesting::end(self.id(), ticket.generation());
        }
        ticket.without_nesting()
    }

    /// Records that a call does not run on this thread while its future waits to be polled.
    #[inline]
    pub(crate) fn suspend(&self, ticket: &mut Ticket) {
        if ticket.is_nesting() && !ticket.is_suspended() {
            nesting::end(self.id(), ticket.generation());
            ticket.suspend();
        }
    }

    /// Records that a call is pending.
    ///
    /// The first time, this stamps the ticket if `cancel_after` is set and the ticket does not know when the call began.
    /// The stamp comes from the precise clock: an outer timeout of exactly `cancel_after` must count.
    #[inline]
    pub(crate) fn note_pending(&self, ticket: &mut Ticket) {
        self.suspend(ticket);
        if ticket.stamped().is_none() && self.limits.cancel_after().is_some() {
            ticket.stamp(self.time.now());
        }
    }

    pub(crate) fn now(&self) -> Tick {
        self.time.now()
    }

    /// Admits a call that need not be counted in flight: at most its duration matters.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call that needs a place passes it")]
    pub(super) fn admit_untracked(&self, word: Word) -> Ticket {
        let mut ticket = Ticket::call(word.generation());
        if word.measures_latency() {
            ticket.stamp(self.time.now());
        }
        ticket
    }

    /// Admits a call of which only the duration matters.
    #[inline(never)]
    fn admit_measured(&self, word: Word) -> Ticket {
        let mut ticket = Ticket::call(word.generation());
        ticket.stamp(self.time.now());
        ticket
    }

    /// Counts and logs a call that the gate rejects, because the open period has not passed.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for `admit_tracked`")]
    pub(super) fn rejected_open(&self, retry_after: NonZeroU64) -> Rejection {
        self.counters.add(Counter::RejectedOpen);
        self.logged(Rejection::open(self.name.clone(), retry_after))
    }

    /// Counts and logs a call that the gate rejects, because another instance probes.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for `admit_tracked`")]
    pub(super) fn rejected_probed_elsewhere(&self, retry_after: NonZeroU64) -> Rejection {
        self.counters.add(Counter::RejectedProbedElsewhere);
        self.logged(Rejection::probed_elsewhere(self.name.clone(), retry_after))
    }

    /// Counts and logs a rejected call.
    pub(super) fn rejected(&self, rejected: Rejected) -> Rejection {
        let Rejected {
            reason,
            retry_after,
        } = rejected;
        self.count_rejected(reason);
        self.logged(Rejection::new(self.name.clone(), reason, retry_after))
    }

    /// Logs a rejection at the level `debug`.
    #[inline]
    pub(super) fn logged(&self, rejection: Rejection) -> Rejection {
        if cfg!(feature = "tracing") {
            self.cold
                .registry
                .listeners
                .catch_panic(|| log::rejection(&rejection));
        }
        rejection
    }
}

/// Marks the code that follows as unlikely, as `core::hint::cold_path` will once it is stable.
///
/// The compiler then moves that code out of the common path: a taken jump costs a closed call more than the instructions
/// around it. A function that is itself `#[cold]` is compiled for size; one that is called after this marker is not.
#[cold]
#[inline]
pub(super) fn cold_path() {}
