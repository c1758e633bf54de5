//! Leases, and what their probes have shown.

use super::FleetState;
use super::changes::Changes;
use super::circuit::{Opening, Stage, StoredCircuit, StoredLease};
use super::terms::{Caller, duration, micros, next, seen};
use crate::fleet::limits::is_name;
use crate::fleet::store::{Answer, Verdict};

impl FleetState {
    /// Lets the caller probe, if the open period has passed and nobody else does.
    pub(super) fn lease(
        &mut self,
        name: &str,
        generation: u64,
        ttl: u64,
        caller: Caller<'_>,
        changes: &mut Changes,
    ) -> Answer {
        if !caller.votes || !is_name(name) {
            return Answer::Invalid;
        }
        let now = caller.now;
        let Some(circuit) = self.circuits.get_mut(name) else {
            return Answer::Stale;
        };
        let Stage::Open(opening) = &mut circuit.stage else {
            return Answer::Stale;
        };
        if circuit.generation != seen(generation, now) {
            return Answer::Stale;
        }
        if now < opening.until {
            let rest = (opening.until - now).min(opening.period);
            return Answer::NotYet {
                rest: duration(rest),
            };
        }
        let live = opening.lease.as_mut().filter(|lease| lease.until > now);
        if let Some(lease) = live {
            if lease.by != caller.member {
                return Answer::Taken {
                    by: lease.by.clone(),
                    rest: duration((lease.until - now).min(lease.ttl)),
                };
            }
            if lease.prolong(ttl, now) {
                changes.note(name);
            }
            return Answer::Granted { lease: lease.id };
        }
        circuit.last = next(circuit.last, now);
        opening.lease = Some(StoredLease {
            id: circuit.last,
            by: caller.member.to_owned(),
            until: now + ttl,
            ttl,
        });
        changes.note(name);
        Answer::Granted {
            lease: circuit.last,
        }
    }

    /// Prolongs the lease of the caller.
    pub(super) fn renew(
        &mut self,
        name: &str,
        lease: u64,
        ttl: u64,
        caller: Caller<'_>,
        changes: &mut Changes,
    ) -> Answer {
        if !caller.votes || !is_name(name) {
            return Answer::Invalid;
        }
        let Some(lease) = self.lease_of(name, lease, caller) else {
            return Answer::Stale;
        };
        if lease.prolong(ttl, caller.now) {
            changes.note(name);
        }
        Answer::Done
    }

    /// Ends the lease of the caller by what its probes have shown.
    pub(super) fn verdict(
        &mut self,
        name: &str,
        lease: u64,
        verdict: &Verdict,
        caller: Caller<'_>,
        changes: &mut Changes,
    ) -> Answer {
        if !caller.votes || !is_name(name) {
            return Answer::Invalid;
        }
        let now = caller.now;
        if self.lease_of(name, lease, caller).is_none() {
            return Answer::Stale;
        }
        let Some(circuit) = self.circuits.get_mut(name) else {
            return Answer::Stale;
        };
        match verdict {
            Verdict::Closed => {
                circuit.begin(Stage::Closed { at: now, why: "" }, caller.member, now);
            }
            Verdict::Open {
                rest,
                period,
                row,
                why,
            } => {
                let opening = Opening {
                    until: now + micros(*rest),
                    period: micros(*period),
                    row: *row,
                    why: why.clone(),
                    votes: Vec::new(),
                    lease: None,
                };
                circuit.begin(Stage::Open(opening), caller.member, now);
            }
            Verdict::GivenBack => {
                if let Stage::Open(opening) = &mut circuit.stage {
                    opening.lease = None;
                }
            }
        }
        changes.note(name);
        Answer::Done
    }

    /// Returns the lease with this number if it is in force and the caller's.
    fn lease_of(&mut self, name: &str, lease: u64, caller: Caller<'_>) -> Option<&mut StoredLease> {
        let Stage::Open(opening) = &mut self.circuits.get_mut(name)?.stage else {
            return None;
        };
        let held = opening.lease.as_mut()?;
        let is_it = held.id == lease && held.until > caller.now && held.by == caller.member;
        is_it.then_some(held)
    }
}

impl StoredCircuit {
    /// Drops a lease of the caller, and returns whether it was in force.
    pub(super) fn drop_lease(&mut self, caller: Caller<'_>) -> bool {
        let Stage::Open(opening) = &mut self.stage else {
            return false;
        };
        let held = opening.lease.take_if(|lease| lease.by == caller.member);
        held.is_some_and(|lease| lease.until > caller.now)
    }
}

impl StoredLease {
    /// Makes the lease last `ttl` from now on, and returns whether that changes anything.
    fn prolong(&mut self, ttl: u64, now: u64) -> bool {
        let until = now + ttl;
        let changed = self.until != until;
        self.until = until;
        self.ttl = ttl;
        changed
    }
}
