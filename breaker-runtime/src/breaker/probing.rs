//! Calls that the breaker's declaration makes, without a caller (R33). Nothing counts as rejected.

use super::shared::CircuitBreaker;
#[cfg(feature = "tokio")]
use crate::machine::NextAdmission;
use crate::machine::{Role, Ticket};

impl CircuitBreaker {
    /// Returns when the breaker would admit a probe, if there are no other calls before it.
    ///
    /// This is a reading: it applies transitions that are due, and admits nothing.
    #[cfg(feature = "tokio")]
    pub(crate) fn next_probe(&self) -> NextAdmission {
        self.change(|machine, now, changes| {
            machine.advance(now, changes);
            machine.next_probe(now)
        })
    }

    /// Returns the same, but no instant before the generation is a later one than this.
    #[cfg(feature = "tokio")]
    pub(crate) fn next_probe_after(&self, generation: u64) -> NextAdmission {
        self.change(|machine, now, changes| {
            machine.advance(now, changes);
            if machine.generation() == generation {
                NextAdmission::AfterChange
            } else {
                machine.next_probe(now)
            }
        })
    }

    /// Admits a probe, unless the circuit is not half open or its permits are taken.
    ///
    /// It takes no place of `max_in_flight`.
    pub(crate) fn admit_probe(&self) -> Option<Ticket> {
        let (ticket, recovering) = self.change(|machine, now, changes| {
            let ticket = machine.admit_probe(now, changes);
            (ticket, machine.is_recovering())
        });
        Some(self.begin_declared(ticket?, recovering))
    }

    /// Admits a call of `probe_always`, unless a call would be rejected, also without shadow.
    ///
    /// The machine decides on all of it in one step: no call of another thread can come between.
    pub(crate) fn admit_check(&self) -> Option<Ticket> {
        let shared = self.shared();
        let limited = shared.gate.word().takes_place();
        let place = limited.then(|| shared.cold.places.take()).flatten();
        let has_place = place.is_some() || !limited;
        let reading = shared.time.reading(shared.time.now());
        let (ticket, recovering) = self.change_for_call(reading, |machine, now, changes| {
            let ticket = machine.admit_check(has_place, now, changes);
            ((ticket, machine.is_recovering()), ticket)
        });
        let ticket = match (ticket, place) {
            (Some(ticket), Some(place)) => self.give(place, ticket),
            (Some(ticket), None) if limited => self.give(shared.cold.places.take_beyond(), ticket),
            (Some(ticket), None) => ticket,
            (None, Some(place)) => {
                place.keep();
                self.return_place();
                return None;
            }
            (None, None) => return None,
        };
        Some(self.begin_declared(ticket, recovering))
    }

    /// Lets calls nest in one that is admitted while the circuit recovers.
    fn begin_declared(&self, mut ticket: Ticket, recovering: bool) -> Ticket {
        #[cfg(feature = "rehearsal")]
        self.shared().record_declared(&mut ticket);
        if ticket.role() == Role::Probe {
            // It may have been the last permit.
            self.wake_waiting();
        }
        if recovering && ticket.role() != Role::Uncounted {
            ticket.set_nesting();
            self.begin_nesting(ticket);
        }
        ticket
    }
}
