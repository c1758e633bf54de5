//! What people do to the machine: they trip and reset it, and change its settings.

use super::Machine;
use super::closed::Closed;
use super::phase::{AfterPeriod, Phase};
use super::types::{Change, TransitionCause};
use crate::config::Settings;
use crate::time::Tick;
use crate::values::{Attribution, Reason};

impl Machine {
    /// Opens the circuit by hand; an open circuit keeps its period.
    pub(crate) fn trip(&mut self, by: Attribution, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        // A circuit that is about to close opens anew.
        let stays =
            matches!(&self.phase, Phase::Open(it) if !matches!(it.then, AfterPeriod::Close));
        if !stays {
            self.open(now, TransitionCause::by(Reason::Tripped, by), changes);
        }
    }

    /// Closes the circuit by hand and begins a new generation, even if the circuit is closed.
    pub(crate) fn reset(&mut self, by: Attribution, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        let closed = Closed::new(&self.settings, now);
        let cause = TransitionCause::by(Reason::Reset, by);
        self.close(closed, now, cause, changes);
        self.end_outage(now, changes);
    }

    /// Puts new settings in force from the next decision on; state, generation and open period stay.
    ///
    /// What fell due before is judged by the old settings.
    pub(crate) fn reconfigure(&mut self, settings: Settings, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        if settings.window != self.settings.window {
            self.open_window = None;
        }
        if let Phase::Closed(closed) = &mut self.phase {
            closed.reconfigure(&self.settings, &settings, now);
        }
        self.settings = settings;
        if self.outage_end().is_some_and(|end| end <= now) {
            // A shorter `open_for` ends the outage now. Calls that a shorter `slow_call` makes slow may prolong it.
            self.apply_due(now, changes);
            if self.outage_end().is_some() {
                self.end_outage(now, changes);
            }
        }
    }
}
