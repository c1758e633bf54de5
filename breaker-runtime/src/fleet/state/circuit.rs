//! One circuit in the state of a fleet.

use std::collections::BTreeMap;

use super::terms::{duration, next};
use crate::fleet::store::{Circuit, Lease, Phase};

/// A circuit that is not calm.
#[derive(Clone, Debug)]
pub(super) struct StoredCircuit {
    pub(super) stage: Stage,
    pub(super) generation: u64,
    /// The largest number that the circuit has given to a generation or a lease.
    pub(super) last: u64,
    /// The member that caused the present phase.
    pub(super) by: String,
    /// How many votes were needed when a vote was last judged.
    pub(super) needed: u32,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    Voting(BTreeMap<String, StoredVote>),
    Open(Opening),
    Closed { at: u64, why: &'static str },
}

#[derive(Clone, Debug)]
pub(super) struct StoredVote {
    /// When the open period of the member ends.
    pub(super) until: u64,
    pub(super) period: u64,
    pub(super) row: u32,
    pub(super) why: String,
    /// When the vote ends, if it is not said again.
    pub(super) expires: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Opening {
    /// When the open period ends.
    pub(super) until: u64,
    pub(super) period: u64,
    pub(super) row: u32,
    pub(super) why: String,
    /// The members whose votes opened the circuit.
    pub(super) votes: Vec<String>,
    /// The last lease, which may have ended.
    pub(super) lease: Option<StoredLease>,
}

#[derive(Clone, Debug)]
pub(super) struct StoredLease {
    pub(super) id: u64,
    pub(super) by: String,
    pub(super) until: u64,
    pub(super) ttl: u64,
}

impl StoredCircuit {
    /// Makes a circuit without votes, of which a member has applied `generation`.
    pub(super) fn new(generation: u64) -> Self {
        Self {
            stage: Stage::Voting(BTreeMap::new()),
            generation,
            last: generation,
            by: String::new(),
            needed: 0,
        }
    }

    /// Begins a generation.
    pub(super) fn begin(&mut self, stage: Stage, by: &str, now: u64) {
        self.last = next(self.last, now);
        self.generation = self.last;
        self.stage = stage;
        by.clone_into(&mut self.by);
    }

    /// Returns the lease that is in force.
    pub(super) fn lease(&self, now: u64) -> Option<&StoredLease> {
        match &self.stage {
            Stage::Open(opening) => opening.lease.as_ref().filter(|lease| lease.until > now),
            Stage::Voting(_) | Stage::Closed { .. } => None,
        }
    }

    /// Returns the circuit as members see it.
    pub(super) fn seen(&self, name: &str, now: u64) -> Circuit {
        let calm = Circuit {
            name: name.to_owned(),
            phase: Phase::Voting,
            generation: self.generation,
            rest: duration(0),
            period: duration(0),
            row: 0,
            why: String::new(),
            by: String::new(),
            lease: None,
            votes: Vec::new(),
            needed: self.needed,
        };
        match &self.stage {
            Stage::Voting(votes) => {
                let live = votes.iter().filter(|(_, vote)| vote.expires > now);
                Circuit {
                    votes: live.map(|(member, _)| member.clone()).collect(),
                    ..calm
                }
            }
            Stage::Open(opening) => Circuit {
                phase: Phase::Open,
                rest: duration(opening.until.saturating_sub(now).min(opening.period)),
                period: duration(opening.period),
                row: opening.row,
                why: opening.why.clone(),
                by: self.by.clone(),
                lease: self.lease(now).map(|lease| Lease {
                    id: lease.id,
                    by: lease.by.clone(),
                    rest: duration((lease.until - now).min(lease.ttl)),
                }),
                votes: opening.votes.clone(),
                ..calm
            },
            Stage::Closed { why, .. } => Circuit {
                phase: Phase::Closed,
                why: (*why).to_owned(),
                by: self.by.clone(),
                ..calm
            },
        }
    }
}
