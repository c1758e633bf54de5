//! The way into a call of a breaker with `max_in_flight` (R31).

use super::counters::Counter;
use super::gate::Word;
use super::nesting;
use super::places::Place;
use super::shared::{CircuitBreaker, Shared};
use crate::machine::Ticket;
use crate::values::{Rejection, RejectionReason};

impl CircuitBreaker {
    /// Admits a call if there is a place for it and the circuit admits it.
    #[inline(never)]
    pub(super) fn admit_limited(&self) -> Result<Ticket, Rejection> {
        let shared = self.shared();
        let Some(place) = shared.cold.places.take() else {
            return self.admit_without_place();
        };
        match shared.admit_closed(shared.gate.word()) {
            Some(ticket) => Ok(self.give(place, ticket)),
            None => self.admit_locked_with(place),
        }
    }

    /// Rejects a call for which there is no place, unless an override or shadow admits every call.
    #[inline(never)]
    fn admit_without_place(&self) -> Result<Ticket, Rejection> {
        let shared = self.shared();
        let reading = shared.time.reading(shared.time.now());
        let nested_in = nesting::generation(shared.id());
        let admitted = self.change_for_call(reading, |machine, now, changes| {
            let admitted = machine.admit_without_place(nested_in, now, changes);
            let ticket = admitted.as_ref().ok().copied().flatten();
            (admitted, ticket)
        });
        match admitted {
            Ok(Some(ticket)) => Ok(ticket),
            Ok(None) => {
                let place = shared.cold.places.take_beyond();
                self.admit_locked_with(place)
            }
            Err(rejected) => Err(shared.rejected(rejected)),
        }
    }

    /// Lets the machine decide on a call that has a place.
    fn admit_locked_with(&self, place: Place<'_>) -> Result<Ticket, Rejection> {
        match self.admit_locked() {
            Ok(ticket) => Ok(self.give(place, ticket)),
            Err(rejection) => {
                place.keep();
                self.return_place();
                Err(rejection)
            }
        }
    }

    /// Leaves a place with a call, unless only shadow has admitted it.
    pub(super) fn give(&self, place: Place<'_>, mut ticket: Ticket) -> Ticket {
        place.keep();
        if ticket.is_withheld() {
            self.return_place();
        } else {
            ticket.set_place();
        }
        ticket
    }
}

impl Shared {
    /// Admits a call of a closed circuit that the machine need not see.
    fn admit_closed(&self, word: Word) -> Option<Ticket> {
        if !word.is_closed() {
            return None;
        }
        if word.tracks_in_flight() {
            return self.admit_tracked(word);
        }
        Some(self.admit_untracked(word))
    }

    /// Counts a rejected call.
    pub(super) fn count_rejected(&self, reason: RejectionReason) {
        let counter = match reason {
            RejectionReason::Open => Counter::RejectedOpen,
            RejectionReason::HalfOpenFull => Counter::RejectedHalfOpenFull,
            RejectionReason::Ramp => Counter::RejectedRamp,
            RejectionReason::Forced => Counter::RejectedForced,
            RejectionReason::ProbedElsewhere => Counter::RejectedProbedElsewhere,
            // The counters of a slot fill their cache line.
            RejectionReason::Full => return self.cold.places.add_rejected(),
        };
        self.counters.add(counter);
    }
}
