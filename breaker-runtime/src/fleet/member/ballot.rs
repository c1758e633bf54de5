//! The vote of this instance to open one circuit (F2, F3).
//!
//! There is no vote against an opening: an instance obeys also while its own calls succeed. F14, the exception for those,
//! was simulated in `simulation/scenarios/own_eyes.rs` and is not built, because each member would read all closed circuits
//! every second.

use std::time::Duration;

use crate::breaker::FleetReading;
use crate::fleet::quorum::Quorum;
use crate::fleet::store::Vote;
use crate::machine::Standing;
use crate::time::Tick;
use crate::values::Reason;

/// The vote of this instance to open one circuit.
#[derive(Debug, Default)]
pub(super) struct Ballot {
    /// The opening that the vote is about, while the circuit is not closed here.
    opening: Option<Opening>,
    /// The store has lost an opening of the fleet, which comes back only if enough instances vote for it again.
    lost: bool,
    /// The generation of the machine that the fleet has judged already: it is about to close.
    settled: Option<u64>,
    /// Until when this instance does not vote, because the fleet has refuted its last vote.
    barred_until: Tick,
    /// The generation of the machine when the vote was said last; `None` if the store has no vote of this instance.
    said: Option<u64>,
    /// The generation of the fleet with which it was said.
    said_with: u64,
    /// A beat says the vote again.
    due: bool,
}

#[derive(Clone, Copy, Debug)]
struct Opening {
    by_rule: bool,
    /// The circuit rejects nothing here.
    shadow: bool,
    reason: Reason,
    is_open: bool,
    until: Tick,
    period: Duration,
}

impl Ballot {
    /// Takes notice of the circuit here.
    pub(super) fn read(&mut self, reading: &FleetReading, now: Tick) {
        // An opening that rejects nothing here must reject nothing elsewhere.
        let by_rule =
            |reason| !reading.shadow && !matches!(reason, Reason::Fleet | Reason::Tripped);
        if self.settled == Some(reading.generation) {
            return self.withdraw();
        }
        self.opening = match reading.standing {
            Standing::Closed => {
                self.lost = false;
                None
            }
            Standing::Open {
                rest,
                period,
                reason,
                ..
            } => Some(Opening {
                by_rule: by_rule(reason),
                shadow: reading.shadow,
                reason,
                is_open: true,
                until: now.after(rest),
                period,
            }),
            Standing::HalfOpen { reason, .. } => Some(Opening {
                by_rule: by_rule(reason),
                shadow: reading.shadow,
                reason,
                is_open: false,
                until: now,
                period: self.opening.map_or(reading.open_for, |it| it.period),
            }),
        };
    }

    /// Forgets the circuit here, which is shared no more or exists no more.
    pub(super) fn withdraw(&mut self) {
        self.opening = None;
        self.lost = false;
    }

    /// The store has a new epoch and no votes; `lost` is whether it may have lost an opening.
    pub(super) fn begin_epoch(&mut self, lost: bool) {
        self.said = None;
        self.lost |= lost;
    }

    /// The fleet has judged: no vote is with the store any more, and no opening is lost.
    pub(super) fn judged(&mut self) {
        self.said = None;
        self.lost = false;
    }

    /// The fleet has closed the circuit, which is about to close here: it does not vote for this generation of the machine.
    pub(super) fn settle(&mut self, machine: u64) {
        self.settled = Some(machine);
        self.withdraw();
    }

    /// The fleet has opened the circuit anew before it closed here.
    pub(super) fn unsettle(&mut self) {
        self.settled = None;
    }

    /// Does not vote again before `until`, because other instances have refuted the last vote.
    pub(super) fn bar(&mut self, until: Tick) {
        self.barred_until = self.barred_until.max(until);
    }

    /// Votes again, because somebody has reset the fleet.
    pub(super) fn unbar(&mut self) {
        self.barred_until = Tick::default();
    }

    pub(super) fn is_barred(&self, now: Tick) -> bool {
        now < self.barred_until
    }

    /// Returns when the bar ends, if it holds back a vote.
    pub(super) fn bar_ends(&self, now: Tick) -> Option<Tick> {
        (self.opening.is_some() && self.is_barred(now)).then_some(self.barred_until)
    }

    /// Says the vote again in the next batch.
    pub(super) fn beat(&mut self) {
        self.due = true;
    }

    /// Returns whether this instance votes.
    pub(super) fn wants(&self, now: Tick) -> bool {
        let counts = |opening: Opening| opening.by_rule || self.lost && !opening.shadow;
        self.opening.is_some_and(counts) && !self.is_barred(now)
    }

    /// Returns whether the store may hold a vote of this instance.
    pub(super) fn is_said(&self) -> bool {
        self.said.is_some()
    }

    /// Returns whether to say the vote now; `machine` is the generation of the machine.
    pub(super) fn is_urgent(&self, machine: u64, now: Tick) -> bool {
        let is_open = self.opening.is_some_and(|opening| opening.is_open);
        let news = self.said.is_none_or(|said| is_open && said != machine);
        self.wants(now) && (self.due || news)
    }

    /// Returns whether to take the vote back.
    pub(super) fn is_revoked(&self, now: Tick) -> bool {
        self.said.is_some() && !self.wants(now)
    }

    /// Notes that the vote is taken back.
    pub(super) fn revoked(&mut self) {
        self.said = None;
    }

    /// The store has dropped the vote, because it knows a later generation; now this instance knows it too.
    pub(super) fn is_stale(&mut self, generation: u64) {
        if generation > self.said_with {
            self.said = None;
        }
    }

    /// Says the vote. `generation` is the last one of the fleet that this instance knows.
    pub(super) fn say(
        &mut self,
        name: &str,
        generation: u64,
        reading: &FleetReading,
        quorum: Quorum,
        now: Tick,
    ) -> Option<Vote> {
        let opening = self.opening?;
        self.said = Some(reading.generation);
        self.said_with = generation;
        self.due = false;
        Some(Vote {
            name: name.to_owned(),
            generation,
            rest: opening.until.since(now),
            period: opening.period,
            row: reading.row,
            at_least: quorum.least(),
            share: quorum.of_live(),
            why: opening.reason.as_str().to_owned(),
        })
    }
}
