//! The outages of a breaker: the present one, and the last few that have ended.

use std::time::SystemTime;

use super::ring::Ring;
use crate::time::Tick;
use crate::values::{Outage, PastTransition, State};

/// The outages of one breaker.
#[derive(Debug, Default)]
pub(crate) struct Outages {
    present: Option<Present>,
    /// The last ones that have ended.
    past: Ring<Outage, 8>,
}

#[derive(Debug)]
struct Present {
    outage: Outage,
    began: Tick,
    /// The totals when it began.
    before: Costs,
    /// The totals when the circuit last closed, if it is closed.
    closed: Option<Costs>,
}

/// The totals from which the cost of an outage is the difference.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Costs {
    /// Rejected calls, except those that a ramp rejected.
    pub(crate) rejected: u64,
    /// Calls that a ramp rejected.
    pub(crate) ramp: u64,
    /// Answers of fallbacks.
    pub(crate) fallbacks: u64,
    /// Probes that were admitted.
    pub(crate) probes: u64,
}

impl Outages {
    /// Begins an outage with an opening that took place at `began` and is noticed at `now`.
    pub(crate) fn begin(
        &mut self,
        opening: &PastTransition,
        began: Tick,
        now: Tick,
        costs: Costs,
    ) -> Outage {
        let outage = Outage {
            began_at: opening.took_place_at(),
            closed_at: None,
            ended_at: None,
            lasted: now.since(began),
            first: opening.clone(),
            last: opening.clone(),
            openings: 1,
            probes: 0,
            rejected: 0,
            fallbacks: 0,
        };
        self.present = Some(Present {
            outage: outage.clone(),
            began,
            before: costs,
            closed: None,
        });
        outage
    }

    /// Adds a transition to the present outage.
    pub(crate) fn add(&mut self, past: &PastTransition, costs: Costs) {
        let Some(present) = &mut self.present else {
            return;
        };
        match past.transition.to {
            State::Open => {
                present.outage.openings += 1;
                present.outage.last = past.clone();
                present.outage.closed_at = None;
                present.closed = None;
            }
            State::Closed => {
                present.outage.closed_at = Some(past.at);
                present.closed = Some(costs);
            }
            _ => {}
        }
    }

    /// Ends the present outage.
    pub(crate) fn end(&mut self, at: SystemTime, now: Tick, costs: Costs) -> Option<Outage> {
        let present = self.present.take()?;
        let outage = Outage {
            ended_at: Some(at),
            ..present.read(now, costs)
        };
        self.past.add(outage.clone());
        Some(outage)
    }

    /// Returns the present outage.
    pub(crate) fn present(&self, now: Tick, costs: Costs) -> Option<Outage> {
        self.present
            .as_ref()
            .map(|present| present.read(now, costs))
    }

    /// Calls `act` with the present outage and with those that have ended.
    pub(crate) fn each_mut(&mut self, act: impl FnMut(&mut Outage)) {
        let present = self.present.iter_mut().map(|present| &mut present.outage);
        present.chain(self.past.iter_mut()).for_each(act);
    }

    /// Returns when the present outage began.
    pub(crate) fn present_since(&self) -> Option<SystemTime> {
        self.present.as_ref().map(|present| present.outage.began_at)
    }

    /// Returns the last outages that have ended, oldest first.
    pub(crate) fn past(&self) -> Vec<Outage> {
        self.past.all()
    }
}

impl Present {
    fn read(&self, now: Tick, costs: Costs) -> Outage {
        let until = self.closed.unwrap_or(costs);
        let before = &self.before;
        Outage {
            lasted: now.since(self.began),
            probes: until.probes - before.probes,
            rejected: (until.rejected - before.rejected) + (costs.ramp - before.ramp),
            fallbacks: until.fallbacks - before.fallbacks,
            ..self.outage.clone()
        }
    }
}

#[cfg(test)]
mod tests;
