//! Removes what has ended.

use super::FleetState;
use super::changes::Changes;
use super::circuit::{Stage, StoredCircuit};
use super::terms::{CLOSED_FOR, Caller, DAY};
use crate::fleet::store::OverrideKind;

impl FleetState {
    /// Removes what has ended. Repairs times that a clock which went back has left in the future.
    pub(super) fn sweep(&mut self, caller: Caller<'_>, changes: &mut Changes) {
        let now = caller.now;
        self.swept = now;
        self.circuits.retain(|_, circuit| {
            let kept = circuit.sweep(caller, changes);
            changes.quiet |= !kept;
            kept
        });
        self.overrides.retain(|_, forced| {
            if forced.lasts(now) {
                return true;
            }
            if forced.kind == OverrideKind::Cleared {
                changes.quiet = true;
                return false;
            }
            // So that nobody who has missed it brings back what it replaced.
            forced.kind = OverrideKind::Cleared;
            forced.until = Some(now + DAY);
            changes.overrides = true;
            true
        });
    }
}

impl StoredCircuit {
    /// Sweeps the circuit, and returns whether it has to be kept.
    fn sweep(&mut self, caller: Caller<'_>, changes: &mut Changes) -> bool {
        let now = caller.now;
        match &mut self.stage {
            Stage::Voting(votes) => {
                let before = votes.len();
                votes.retain(|_, vote| vote.expires > now);
                for vote in votes.values_mut() {
                    vote.expires = vote.expires.min(now + caller.member_ttl);
                    vote.until = vote.until.min(now + vote.period);
                }
                changes.quiet |= votes.len() != before;
                !votes.is_empty()
            }
            Stage::Open(opening) => {
                opening.until = opening.until.min(now + opening.period);
                if let Some(lease) = &mut opening.lease {
                    lease.until = lease.until.min(now + lease.ttl);
                }
                // Kept while members live: without it those that nobody calls would vote and open it again.
                true
            }
            Stage::Closed { at, .. } => {
                *at = (*at).min(now);
                now < *at + CLOSED_FOR
            }
        }
    }
}
