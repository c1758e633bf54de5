//! The changes that the passing of time causes (R23).

use super::Machine;
use super::closed::Closed;
use super::phase::{AfterPeriod, Phase};
use super::probes::Probes;
use super::types::{Change, TransitionCause};
use crate::time::Tick;
use crate::values::Reason;

impl Machine {
    /// Applies the changes that are due; every reading and every decision begins with it.
    ///
    /// Each takes effect at the instant at which it fell due, so several can follow one another: a circuit whose
    /// opening is noticed after its open period is half open at once (R23).
    pub(crate) fn advance(&mut self, now: Tick, changes: &mut Vec<Change>) {
        // Changes are reported in the order in which they fell due, the end of an override before what is due with it.
        if self.overrides.is_some() {
            self.expire_overrides(now, changes);
        }
        self.advance_phase(now, changes);
    }

    #[inline]
    pub(super) fn advance_phase(&mut self, now: Tick, changes: &mut Vec<Change>) {
        if self.openings > 0 {
            self.end_outage_by(now, changes);
        }
        self.apply_due(now, changes);
    }

    /// Ends the outage if its end is due at `now`, unless what fell due earlier has prolonged it.
    ///
    /// At most one outage can end here, because [`close_by`](Self::close_by) ends that of a circuit which time closes.
    #[cold]
    fn end_outage_by(&mut self, now: Tick, changes: &mut Vec<Change>) {
        if let Some(end) = self.outage_end().filter(|end| *end <= now) {
            self.apply_due(end.before(), changes);
            if self.outage_end() == Some(end) {
                self.end_outage(end, changes);
            }
        }
    }

    #[inline]
    pub(super) fn apply_due(&mut self, now: Tick, changes: &mut Vec<Change>) {
        loop {
            let generation = self.generation;
            self.advance_once(now, changes);
            if self.generation == generation {
                return;
            }
        }
    }

    /// Closes the circuit as of `due`, because the fleet has closed (R27).
    ///
    /// No call is in flight then that could prolong the outage.
    pub(super) fn close_by(&mut self, due: Tick, now: Tick, changes: &mut Vec<Change>) {
        let closed = Closed::recovered(&self.settings, due);
        let cause = TransitionCause::due(Reason::Fleet, due);
        self.close(closed, now, cause, changes);
        if let Some(end) = self.outage_end().filter(|end| *end <= now) {
            self.end_outage(end, changes);
        }
    }

    fn advance_once(&mut self, now: Tick, changes: &mut Vec<Change>) {
        match &mut self.phase {
            Phase::Closed(closed) => {
                if let Some((reason, due)) = closed.notice(now, &self.settings) {
                    self.open(now, TransitionCause::due(reason, due), changes);
                }
            }
            Phase::Open(period) if now < period.until => {}
            Phase::Open(period) => match &mut period.then {
                AfterPeriod::Wait { wait, began, .. } if now < wait.until => *began = true,
                AfterPeriod::Close => {
                    let due = period.until;
                    self.close_by(due, now, changes);
                }
                AfterPeriod::Probe | AfterPeriod::Wait { .. } => {
                    let cause = TransitionCause::due(Reason::OpenPeriodEnded, period.ends());
                    self.enter_half_open(Probes::new(), now, cause, changes);
                }
            },
            Phase::HalfOpen(probes) => {
                let end = probes.due_end(now);
                // What fell due before the end of the stay counts first.
                let until = end.map_or(now, |end| end.at().before());
                if let Some((reason, due)) = probes.expire(until, &self.settings) {
                    self.open(now, TransitionCause::due(reason, due), changes);
                } else if let Some(end) = end {
                    self.end_half_open(end, now, changes);
                }
            }
        }
    }
}
