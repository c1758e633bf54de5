//! The transitions of the machine.

use super::Machine;
use super::closed::{Closed, failure};
use super::forced::ForcedKind;
use super::open_period::open_period;
use super::open_window::OpenWindow;
use super::phase::{AfterPeriod, OpenPeriod, Phase};
use super::probes::Probes;
use super::types::{Change, Evidence, TransitionCause};
use super::window::Sample;
use crate::time::Tick;
use crate::values::{End, Reason};

impl Machine {
    /// Opens a closed circuit because calls in flight have become slow.
    ///
    /// If it stays closed (R32), the calls that become slow after those count too.
    #[cold]
    pub(super) fn open_closed(
        &mut self,
        now: Tick,
        cause: TransitionCause,
        changes: &mut Vec<Change>,
    ) {
        let mut next = Some(cause);
        while let Some(cause) = next.take() {
            self.open(now, cause, changes);
            if let Phase::Closed(closed) = &mut self.phase {
                let noticed = closed.notice(now, &self.settings);
                next = noticed.map(|(reason, due)| TransitionCause::due(reason, due));
            }
        }
    }

    /// Opens the circuit, unless it is the closed circuit of a key and enough others are open (R32).
    pub(super) fn open(&mut self, now: Tick, cause: TransitionCause, changes: &mut Vec<Change>) {
        let at = cause.due.unwrap_or(now);
        if self.is_spared(cause.reason, at) {
            return;
        }
        let begins = self.openings == 0;
        // Cancelled probes say nothing about the dependency: they only repeat the period (R12).
        let period = if cause.reason == Reason::ProbesCancelled {
            self.last_period.min(self.settings.max_open_for)
        } else {
            self.openings = self.openings.saturating_add(1);
            open_period(&self.settings, self.openings, cause.hint, &mut self.draws)
        };
        self.last_period = period;
        self.opened_by = cause.reason;
        let open = OpenPeriod {
            period,
            until: at.after(period),
            then: AfterPeriod::Probe,
        };
        self.enter_open(open, begins, now, cause, changes);
    }

    /// Begins an open period. `begins` says whether an outage begins with it.
    pub(super) fn enter_open(
        &mut self,
        open: OpenPeriod,
        begins: bool,
        now: Tick,
        cause: TransitionCause,
        changes: &mut Vec<Change>,
    ) {
        let at = cause.due.unwrap_or(now);
        let evidence = self.evidence(cause.reason, at);
        if let Phase::Closed(closed) = &mut self.phase {
            let window = closed.take_window();
            self.open_window = window.map(|window| Box::new(OpenWindow::new(window, at)));
        }
        self.enter(Phase::Open(open), now, cause, evidence, changes);
        if begins {
            changes.push(Change::OutageBegan);
        }
    }

    pub(super) fn enter_half_open(
        &mut self,
        probes: Probes,
        now: Tick,
        cause: TransitionCause,
        changes: &mut Vec<Change>,
    ) {
        let half_open = Phase::HalfOpen(probes);
        self.enter(half_open, now, cause, Evidence::default(), changes);
    }

    /// Counts a call that only an override or shadow admitted.
    pub(super) fn count_forced_call(&mut self, end: End, slow: bool, now: Tick) {
        let forced_closed = self
            .forced()
            .is_some_and(|forced| forced.kind == ForcedKind::Closed);
        let admitted_anyway = forced_closed || self.is_in_shadow();
        if !admitted_anyway || !end.is_judged() {
            return;
        }
        let failed = failure(end, slow, &self.settings);
        if let Some(window) = &mut self.open_window {
            window.add(Sample { failed, slow }, now);
        }
    }

    /// Returns what was counted so far, before the circuit opens.
    fn evidence(&mut self, reason: Reason, now: Tick) -> Evidence {
        match &mut self.phase {
            Phase::Closed(closed) => closed.evidence(reason, now, &self.settings),
            Phase::Open(_) => Evidence::default(),
            Phase::HalfOpen(probes) => Evidence {
                failures: probes.failures().into(),
                by_kind: probes.failures_by_kind(),
                rate: None,
            },
        }
    }

    pub(super) fn close(
        &mut self,
        closed: Closed,
        now: Tick,
        cause: TransitionCause,
        changes: &mut Vec<Change>,
    ) {
        self.open_window = None;
        let closed = Phase::Closed(closed);
        self.enter(closed, now, cause, Evidence::default(), changes);
    }

    /// Returns when the row of openings ends: when the circuit has been closed for `open_for` (R12).
    pub(crate) fn outage_end(&self) -> Option<Tick> {
        match &self.phase {
            Phase::Closed(closed) if self.openings > 0 => {
                Some(closed.calm_since().after(self.settings.open_for))
            }
            _ => None,
        }
    }

    /// Ends the row of openings.
    pub(super) fn end_outage(&mut self, at: Tick, changes: &mut Vec<Change>) {
        if self.openings > 0 {
            self.openings = 0;
            changes.push(Change::OutageEnded { at });
        }
    }

    pub(super) fn enter(
        &mut self,
        phase: Phase,
        now: Tick,
        cause: TransitionCause,
        evidence: Evidence,
        changes: &mut Vec<Change>,
    ) {
        let from = self.phase.state();
        self.past.add(self.phase.counts());
        self.phase = phase;
        self.generation += 1;
        self.since = cause.due.unwrap_or(now);
        self.hold_open_place();
        let to = self.phase.state();
        if from != to {
            changes.push(Change::Transition {
                from,
                to,
                reason: cause.reason,
                generation: self.generation,
                due: cause.due,
                open_period: self.open_period(),
                evidence,
                shadow: self.settings.shadow,
                by: cause.by,
            });
        }
    }
}
