//! Calls that the setting `probe` of a declaration makes (R33): probes of the half-open circuit, and health checks. Nothing
//! counts as rejected.

use super::Machine;
use super::forced::ForcedKind;
use super::ticket::Ticket;
use super::types::{Change, NextAdmission};
use crate::time::Tick;

impl Machine {
    /// Admits a probe, unless the circuit is not half open or its permits are taken.
    pub(crate) fn admit_probe(&mut self, now: Tick, changes: &mut Vec<Change>) -> Option<Ticket> {
        self.advance(now, changes);
        let due = self.next_probe(now) == NextAdmission::Now;
        due.then(|| self.admit(None, now, changes).ok()).flatten()
    }

    /// Admits a call of `probe_always`, unless a call would be rejected, also without shadow.
    ///
    /// `has_place` is whether `max_in_flight` leaves a place for it.
    pub(crate) fn admit_check(
        &mut self,
        has_place: bool,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> Option<Ticket> {
        self.advance(now, changes);
        let admits = match self.forced() {
            Some(forced) => forced.kind == ForcedKind::Closed,
            None => has_place && self.next_by_phase(None, now) == NextAdmission::Now,
        };
        admits
            .then(|| self.admit(None, now, changes).ok())
            .flatten()
    }
}
