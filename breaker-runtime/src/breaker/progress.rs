//! The progress of a call that takes long.

use super::shared::CircuitBreaker;
use crate::machine::{Role, Ticket};

impl CircuitBreaker {
    /// Records that a call in flight has made progress, so that a probe is not silent for another `probe_timeout`.
    ///
    /// For any other call it does nothing, and takes no lock.
    #[inline]
    pub(crate) fn progress(&self, ticket: Ticket) {
        if ticket.role() == Role::Probe {
            self.probe_progress(ticket);
        }
    }

    #[inline(never)]
    fn probe_progress(&self, ticket: Ticket) {
        if self.shared().gate.word().generation() == ticket.generation() {
            self.change(|machine, now, changes| machine.progress(ticket, now, changes));
        }
    }
}
