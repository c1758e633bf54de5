//! Probes that the breaker's declaration makes, without a call (R33).

use super::shared::CircuitBreaker;
use crate::machine::{NextAdmission, Ticket};

impl CircuitBreaker {
    /// Returns when the breaker would admit a probe, if there are no other calls before it.
    ///
    /// This is a reading: it applies transitions that are due, and admits nothing.
    pub(crate) fn next_probe(&self) -> NextAdmission {
        self.change(|machine, now, changes| {
            machine.advance(now, changes);
            machine.next_probe(now)
        })
    }

    /// Returns the same, but no instant before the generation is a later one than this.
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

    /// Returns whether the breaker would admit a call of `probe_always`, and would also do so without shadow.
    ///
    /// This is a reading, as [`next_probe`](Self::next_probe) is.
    pub(crate) fn admits_check(&self) -> bool {
        let (admits, limited) = self.change(|machine, now, changes| {
            machine.advance(now, changes);
            (machine.admits_check(now), machine.forced().is_none())
        });
        admits && !(limited && self.shared().cold.places.are_taken())
    }

    /// Admits a probe, unless the circuit is not half open or its permits are taken. Nothing counts as rejected.
    pub(crate) fn admit_probe(&self) -> Option<Ticket> {
        let admitted = self.change(|machine, now, changes| {
            machine.advance(now, changes);
            match machine.next_probe(now) {
                NextAdmission::Now => machine.admit(None, now, changes).ok(),
                NextAdmission::After(_) | NextAdmission::AfterChange => None,
            }
        });
        let mut ticket = admitted?;
        // It may have been the last permit.
        self.wake_waiting();
        ticket.set_nesting();
        self.begin_nesting(ticket);
        Some(ticket)
    }
}
