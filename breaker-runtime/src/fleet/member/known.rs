//! What the fleet says of one circuit, with the instants of this instance's clock.

use std::time::{Duration, SystemTime};

use crate::fleet::store::{Circuit, Phase};
use crate::time::Tick;
use crate::values::printable;

/// The length of the longest text that is taken from the store, in characters.
pub(super) const LONGEST: usize = 300;

/// What the fleet says of one circuit.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) phase: Phase,
    pub(crate) generation: u64,
    /// When the open period ends.
    pub(crate) until: Tick,
    pub(crate) period: Duration,
    pub(crate) row: u32,
    pub(crate) why: String,
    pub(crate) by: String,
    pub(crate) lease: Option<KnownLease>,
    pub(crate) votes: Vec<String>,
    pub(crate) votes_since: Option<SystemTime>,
    pub(crate) needed: u32,
    /// When this instance heard it.
    pub(crate) heard: Tick,
}

/// The lease of some member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownLease {
    pub(crate) id: u64,
    pub(crate) by: String,
    pub(crate) until: Tick,
}

impl Known {
    /// Converts what the store says; `before` is what was known before.
    pub(super) fn new(
        circuit: Circuit,
        before: Option<&Self>,
        now: Tick,
        wall: SystemTime,
    ) -> Self {
        let same = before.filter(|before| before.generation == circuit.generation);
        let votes = match same {
            // A push has the votes of an opening once only.
            Some(before) if circuit.phase == Phase::Open && circuit.votes.is_empty() => {
                before.votes.clone()
            }
            _ => {
                let votes = circuit.votes.iter();
                votes.map(|vote| printable(vote, LONGEST)).collect()
            }
        };
        let votes_since = match before {
            Some(before) if before.votes == votes => before.votes_since,
            _ => (!votes.is_empty()).then_some(wall),
        };
        Self {
            phase: circuit.phase,
            generation: circuit.generation,
            until: now.after(circuit.rest.min(circuit.period)),
            period: circuit.period,
            row: circuit.row,
            why: printable(&circuit.why, LONGEST),
            by: printable(&circuit.by, LONGEST),
            lease: circuit.lease.map(|lease| KnownLease {
                id: lease.id,
                by: printable(&lease.by, LONGEST),
                until: now.after(lease.rest),
            }),
            votes,
            votes_since,
            needed: circuit.needed,
            heard: now,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Returns the rest of the open period.
    pub(super) fn rest(&self, now: Tick) -> Duration {
        self.until.since(now)
    }

    /// Returns the lease, if it has not ended.
    pub(crate) fn live_lease(&self, now: Tick) -> Option<&KnownLease> {
        self.lease.as_ref().filter(|lease| now < lease.until)
    }

    /// Returns when somebody may ask for the lease: after the open period, and after the lease of another member.
    pub(super) fn free_from(&self, now: Tick) -> Tick {
        let lease = self.live_lease(now).map(|lease| lease.until);
        lease.unwrap_or_default().max(self.until)
    }
}
