//! The lease that this instance has, and what its probes have shown (F6, F7).

use std::time::Duration;

use crate::fleet::store::{Op, Verdict};
use crate::time::Tick;

/// How long a lease lasts in the store.
pub(super) const LEASE: Duration = Duration::from_secs(5);
/// A lease without progress for this long is given back.
const PATIENCE: Duration = LEASE.saturating_mul(3);

/// A lease of this instance.
#[derive(Clone, Debug)]
pub(super) struct Holding {
    pub(super) lease: u64,
    /// The generation that it was asked for.
    pub(super) generation: u64,
    /// When it ends here, which is before it ends in the store.
    pub(super) until: Tick,
    renew: Tick,
    ended: u32,
    progressed: Tick,
}

impl Holding {
    /// Begins a lease that was asked for at `sent`.
    pub(super) fn new(lease: u64, generation: u64, sent: Tick, now: Tick) -> Self {
        Self {
            lease,
            generation,
            until: end(sent),
            renew: sent.after(LEASE / 3),
            ended: 0,
            progressed: now,
        }
    }

    /// Takes notice of how many probes have ended.
    pub(super) fn progress(&mut self, ended: u32, now: Tick) {
        if self.ended != ended {
            self.ended = ended;
            self.progressed = now;
        }
    }

    pub(super) fn is_stuck(&self, now: Tick) -> bool {
        now.since(self.progressed) >= PATIENCE
    }

    pub(super) fn wants_renewal(&self, now: Tick) -> bool {
        self.renew <= now
    }

    /// The store has prolonged the lease, as was asked for at `sent`.
    pub(super) fn renewed(&mut self, sent: Tick) {
        self.until = self.until.max(end(sent));
        self.renew = sent.after(LEASE / 3);
    }

    /// Returns when to look again.
    pub(super) fn next(&self) -> Tick {
        self.renew.min(self.progressed.after(PATIENCE))
    }
}

fn end(sent: Tick) -> Tick {
    sent.after(LEASE * 9 / 10)
}

/// What the probes of a lease have shown, until the store has confirmed it.
#[derive(Clone, Debug)]
pub(super) struct PendingVerdict {
    pub(super) lease: u64,
    pub(super) generation: u64,
    pub(super) finding: Finding,
}

/// What the probes of a lease have shown.
#[derive(Clone, Debug)]
pub(super) enum Finding {
    Closed,
    Open {
        until: Tick,
        period: Duration,
        row: u32,
        why: &'static str,
    },
    GivenBack,
}

impl PendingVerdict {
    pub(super) fn new(holding: &Holding, finding: Finding) -> Self {
        Self {
            lease: holding.lease,
            generation: holding.generation,
            finding,
        }
    }

    pub(super) fn op(&self, name: &str, now: Tick) -> Op {
        let verdict = match &self.finding {
            Finding::Closed => Verdict::Closed,
            Finding::Open {
                until,
                period,
                row,
                why,
            } => Verdict::Open {
                rest: until.since(now),
                period: *period,
                row: *row,
                why: (*why).to_owned(),
            },
            Finding::GivenBack => Verdict::GivenBack,
        };
        Op::Verdict {
            name: name.to_owned(),
            lease: self.lease,
            verdict,
        }
    }
}
