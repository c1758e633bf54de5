//! Calls for which `max_in_flight` leaves no place (R31).
//!
//! The breaker counts the places, because a call must take one without the lock. The machine decides what becomes of a
//! call without a place.

use super::Machine;
use super::forced::ForcedKind;
use super::phase::Phase;
use super::ticket::Ticket;
use super::types::{Change, Rejected};
use crate::time::Tick;
use crate::values::RejectionReason;

impl Machine {
    /// Decides on a call for which there is no place.
    ///
    /// Returns `None` if an override admits every call, so that it takes a place beyond the limit, and the ticket of a
    /// call that shadow admits. A call that the circuit would reject anyway gets the reason of the circuit.
    pub(crate) fn admit_without_place(
        &mut self,
        nested_in: Option<u64>,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> Result<Option<Ticket>, Rejected> {
        self.advance(now, changes);
        let rejected = match self.forced().map(|forced| forced.kind) {
            Some(ForcedKind::Closed) => return Ok(None),
            Some(ForcedKind::Open) => Some(self.rejected_by_force(now)),
            None => self.rejected_by_phase(nested_in, now),
        };
        let rejected = rejected.unwrap_or(Rejected {
            reason: RejectionReason::Full,
            retry_after: None,
        });
        self.admit_rejected(rejected, now).map(Some)
    }

    /// Returns the rejection of a circuit that is forced open.
    pub(super) fn rejected_by_force(&self, now: Tick) -> Rejected {
        Rejected {
            reason: RejectionReason::Forced,
            retry_after: self.forced_for(now),
        }
    }

    /// Returns why the phase rejects any next call.
    pub(super) fn rejected_by_phase(&self, nested_in: Option<u64>, now: Tick) -> Option<Rejected> {
        match &self.phase {
            Phase::Closed(_) => None,
            Phase::Open(period) => Some(period.rejected(now)),
            Phase::HalfOpen(probes) => {
                let nested = nested_in == Some(self.generation);
                let full = !nested && probes.are_full(self.settings.half_open_calls);
                full.then_some(Rejected {
                    reason: RejectionReason::HalfOpenFull,
                    retry_after: None,
                })
            }
        }
    }
}
