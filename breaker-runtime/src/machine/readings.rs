//! Queries of the machine. They apply no transition that is due: [`advance`](Machine::advance) does.

use std::time::Duration;

use super::Machine;
use super::forced::ForcedKind;
use super::phase::{AfterPeriod, Phase};
use super::stay_counts::StayCounts;
use super::ticket::Ticket;
use super::types::{Eviction, GateState, TallyLease};
use super::window::WindowCounts;
use crate::config::{Settings, Window};
use crate::time::Tick;
#[cfg(test)]
use crate::values::FailureCounts;
use crate::values::{Failures, Reason, State};

impl Machine {
    /// Returns what the gate publishes.
    #[inline]
    pub(crate) fn gate_state(&self) -> GateState {
        match &self.phase {
            _ if self.overrides.is_some() => GateState::AskMachine,
            Phase::Closed(closed) => closed.gate_state(&self.settings),
            Phase::Open(period) if !self.settings.shadow => period.gate_state(),
            Phase::Open(_) | Phase::HalfOpen(_) => GateState::AskMachine,
        }
    }

    /// Returns what the thread of this call may tally from now on.
    #[inline]
    pub(crate) fn tally_lease(&self, ticket: Ticket, now: Tick) -> TallyLease {
        match &self.phase {
            Phase::Closed(closed) => closed.tally_lease(ticket, now, &self.settings),
            Phase::Open(_) | Phase::HalfOpen(_) => TallyLease::default(),
        }
    }

    /// Returns whether the circuit is half open or ramping up, so that it admits some calls and rejects others.
    pub(crate) fn is_recovering(&self) -> bool {
        match &self.phase {
            Phase::Closed(closed) => closed.is_ramping(),
            Phase::Open(_) => false,
            Phase::HalfOpen(_) => true,
        }
    }

    /// Returns the state as callers see it.
    pub(crate) fn state(&self) -> State {
        match self.forced() {
            Some(forced) => forced.kind.state(),
            None if self.settings.shadow => State::Closed,
            None => self.phase.state(),
        }
    }

    /// Returns the state beneath any override and shadow.
    pub(crate) fn machine_state(&self) -> State {
        self.phase.state()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns when the breaker may be evicted, if nobody holds it.
    pub(crate) fn eviction(&mut self, now: Tick) -> Eviction {
        let calm = self.openings == 0 || self.outage_end().is_some_and(|end| end <= now);
        if self.is_overridden(now) {
            return Eviction::Never;
        }
        match &mut self.phase {
            Phase::Closed(closed) => {
                if calm && closed.is_clean(now, &self.settings) {
                    return Eviction::AtAnyTime;
                }
                let window = match self.settings.window {
                    Some(Window::Time(time)) => time,
                    Some(Window::Calls(_)) | None => Duration::ZERO,
                };
                Eviction::AfterIdle(window)
            }
            // A new breaker would admit the next call too.
            Phase::Open(period) if now >= period.ends() => Eviction::AfterIdle(Duration::ZERO),
            Phase::Open(_) => Eviction::Never,
            Phase::HalfOpen(_) => Eviction::AfterIdle(Duration::ZERO),
        }
    }

    /// Returns when the present generation began.
    pub(crate) fn since(&self) -> Tick {
        self.since
    }

    /// Returns the number of calls in flight that a closed circuit with `slow_call` counts.
    #[cfg(test)]
    pub(crate) fn in_flight(&self) -> u64 {
        match &self.phase {
            Phase::Closed(closed) => closed.in_flight(),
            _ => 0,
        }
    }

    /// Returns what was counted during all stays.
    pub(crate) fn stay_counts(&self) -> StayCounts {
        let mut counts = self.past;
        counts.add(self.phase.counts());
        counts
    }

    pub(crate) fn failures_in_a_row(&self) -> u32 {
        match &self.phase {
            Phase::Closed(closed) => closed.failures_in_a_row(),
            _ => 0,
        }
    }

    /// Returns the failures in a row.
    #[cfg(test)]
    pub(crate) fn row(&self) -> FailureCounts {
        match &self.phase {
            Phase::Closed(closed) => closed.row(),
            _ => FailureCounts::default(),
        }
    }

    pub(crate) fn probes_in_flight(&self) -> usize {
        match &self.phase {
            Phase::HalfOpen(probes) => probes.in_flight(),
            _ => 0,
        }
    }

    /// Returns the contents of the window, if there is one; while the circuit is not closed, those at the opening.
    pub(crate) fn counts(&mut self, now: Tick) -> Option<WindowCounts> {
        self.settings.window?;
        match (&mut self.phase, &mut self.open_window) {
            (Phase::Closed(closed), _) => closed.counts(now),
            (_, Some(window)) => Some(window.counts(now)),
            // The setting `window` changed while the circuit was open.
            (_, None) => Some(WindowCounts::default()),
        }
    }

    /// Returns the rule that the counts of a closed circuit would meet under other settings.
    pub(crate) fn would_meet(&mut self, settings: &Settings, now: Tick) -> Option<Reason> {
        match &mut self.phase {
            Phase::Closed(closed) => closed.would_meet(&self.settings, settings, now),
            _ => None,
        }
    }

    /// Returns the failures in the window, by kind; while the circuit is not closed, those at the opening.
    pub(crate) fn window_failures(&self, now: Tick) -> Failures {
        match (&self.phase, &self.open_window) {
            (Phase::Closed(closed), _) => closed.window_failures(now),
            (_, Some(window)) => window.failures(now),
            (_, None) => Failures::default(),
        }
    }

    /// Returns whether the contents of the window are those at the opening.
    pub(crate) fn window_is_frozen(&self) -> bool {
        let frozen = self.open_window.as_ref().is_none_or(|it| it.is_frozen());
        frozen && !matches!(self.phase, Phase::Closed(_))
    }

    /// Returns how many probes of this stay succeeded and failed.
    pub(crate) fn probes(&self) -> Option<(u32, u32)> {
        match &self.phase {
            Phase::HalfOpen(probes) => Some((probes.successes(), probes.failures())),
            _ => None,
        }
    }

    /// Returns the share of calls that the ramp admits.
    pub(crate) fn ramp_share(&self, now: Tick) -> Option<f64> {
        match &self.phase {
            Phase::Closed(closed) => closed.ramp_share(now),
            _ => None,
        }
    }

    pub(crate) fn open_period(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Open(period) => Some(period.period),
            _ => None,
        }
    }

    /// Returns when the stay in the open state ends, and what follows it.
    pub(crate) fn open_until(&self) -> Option<(Tick, (State, Reason))> {
        match &self.phase {
            Phase::Open(period) => {
                let then = match period.then {
                    AfterPeriod::Probe | AfterPeriod::Wait { .. } => {
                        (State::HalfOpen, Reason::OpenPeriodEnded)
                    }
                    AfterPeriod::Close => (State::Closed, Reason::Fleet),
                };
                Some((period.ends(), then))
            }
            _ => None,
        }
    }

    /// Returns when the circuit closes because the fleet has closed.
    #[cfg(test)]
    pub(crate) fn closes_at(&self) -> Option<Tick> {
        match &self.phase {
            Phase::Closed(_) => None,
            Phase::Open(period) => {
                matches!(period.then, AfterPeriod::Close).then_some(period.until)
            }
            Phase::HalfOpen(probes) => probes.closes_at(),
        }
    }

    /// Returns how long to wait before the next attempt: the rest of the open period, or of the override that
    /// holds the circuit open.
    pub(crate) fn retry_after(&self, now: Tick) -> Option<Duration> {
        match (self.forced(), &self.phase) {
            (Some(forced), _) if forced.kind == ForcedKind::Open => self.forced_for(now),
            (None, Phase::Open(period)) if !self.settings.shadow => Some(period.retry_after(now)),
            _ => None,
        }
    }

    /// Returns the rest of the override, if it has an end.
    pub(super) fn forced_for(&self, now: Tick) -> Option<Duration> {
        let until = self.forced().and_then(|forced| forced.until);
        until.map(|until| until.since(now))
    }
}
