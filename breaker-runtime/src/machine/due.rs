//! The changes that the passing of time causes to a circuit that is not closed (R23).

use super::Machine;
use super::closed::Closed;
use super::phase::{AfterPeriod, Phase};
use super::probes::{Probes, StayEnd};
use super::types::{Change, TransitionCause};
use crate::time::Tick;
use crate::values::Reason;

impl Machine {
    /// Applies what follows an open period that has passed.
    pub(super) fn end_open_period(&mut self, now: Tick, changes: &mut Vec<Change>) {
        let Phase::Open(period) = &mut self.phase else {
            return;
        };
        match &mut period.then {
            AfterPeriod::Wait { wait, began, .. } if now < wait.until => *began = true,
            AfterPeriod::Close => {
                let due = period.until;
                self.close_by(due, now, changes);
            }
            AfterPeriod::Probe | AfterPeriod::Wait { .. } => {
                let cause = TransitionCause::due(Reason::OpenPeriodEnded, period.ends());
                self.enter_half_open(Probes::new(), now, cause, changes);
            }
        }
    }

    /// Fails the probes whose time is up, and ends the half-open stay if the fleet does and that is due.
    pub(super) fn advance_probes(&mut self, now: Tick, changes: &mut Vec<Change>) {
        let Phase::HalfOpen(probes) = &mut self.phase else {
            return;
        };
        let end = probes.due_end(now);
        // What fell due before the end of the stay counts first.
        let until = end.map_or(now, |end| end.at().before());
        if let Some((reason, due)) = probes.expire(until, &self.settings) {
            return self.open(now, TransitionCause::due(reason, due), changes);
        }
        match end {
            Some(StayEnd::Lease { until, hold }) => {
                let cause = TransitionCause::due(Reason::Fleet, until);
                self.wait_again(hold, now, cause, changes);
            }
            Some(StayEnd::Close(at)) => self.close_by(at, now, changes),
            None => {}
        }
    }

    /// Closes the circuit as of `due`, because the fleet has closed (R27).
    ///
    /// No call is in flight then that could prolong the outage.
    fn close_by(&mut self, due: Tick, now: Tick, changes: &mut Vec<Change>) {
        let closed = Closed::recovered(&self.settings, due);
        let cause = TransitionCause::due(Reason::Fleet, due);
        self.close(closed, now, cause, changes);
        if let Some(end) = self.outage_end().filter(|end| *end <= now) {
            self.end_outage(end, changes);
        }
    }
}
