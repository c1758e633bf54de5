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
