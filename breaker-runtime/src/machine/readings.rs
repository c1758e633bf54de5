//! What can be read from the machine.

use std::time::Duration;

use super::Machine;
use super::forced::{Forced, ForcedKind};
use super::phase::{OpenPeriod, Phase};
use super::ticket::Ticket;
use super::types::{GateState, TallyLease};
use super::window::WindowCounts;
use crate::config::Settings;
use crate::time::Tick;
use crate::values::State;

impl Machine {
    /// Returns what the gate publishes.
    #[inline]
    pub(crate) fn gate_state(&self) -> GateState {
        match &self.phase {
            _ if self.forced.is_some() => GateState::AskMachine,
            Phase::Closed(closed) => closed.gate_state(&self.settings),
            Phase::Open(OpenPeriod { period, until }) => GateState::Open {
                period: *period,
                until: *until,
            },
            Phase::HalfOpen(_) => GateState::AskMachine,
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

    /// Returns whether the machine probes or ramps, and rejects other calls meanwhile.
    pub(crate) fn is_recovering(&self) -> bool {
        match &self.phase {
            Phase::Closed(closed) => closed.is_ramping(),
            Phase::Open(_) => false,
            Phase::HalfOpen(_) => true,
        }
    }

    /// Returns the state as callers meet it.
    pub(crate) fn state(&self) -> State {
        match &self.forced {
            Some(forced) => forced.kind.state(),
            None => self.phase.state(),
        }
    }

    /// Returns the state beneath any override.
    pub(crate) fn machine_state(&self) -> State {
        self.phase.state()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns whether a new machine would do as well.
    ///
    /// `idle` says that nobody has used the breaker for long: what it counted then says nothing about the
    /// dependency now.
    pub(crate) fn is_evictable(&mut self, now: Tick, idle: bool) -> bool {
        let calm = self.openings == 0 || self.has_been_calm(now);
        // An override that has ended holds for nobody, noticed or not.
        let ended = self.forced_until().is_some_and(|until| until <= now);
        let free = self.forced.is_none() || ended;
        match &mut self.phase {
            Phase::Closed(closed) => calm && free && (idle || closed.is_clean(now, &self.settings)),
            Phase::Open(_) | Phase::HalfOpen(_) => false,
        }
    }

    #[cfg(test)]
    pub(super) fn since(&self) -> Tick {
        self.since
    }

    /// Returns the number of calls of a closed circuit that are in flight, as far as slow calls matter.
    #[cfg(test)]
    pub(crate) fn in_flight(&self) -> u64 {
        match &self.phase {
            Phase::Closed(closed) => closed.in_flight(),
            _ => 0,
        }
    }

    pub(crate) fn forced(&self) -> Option<&Forced> {
        self.forced.as_ref()
    }

    pub(crate) fn failures_in_a_row(&self) -> u32 {
        match &self.phase {
            Phase::Closed(closed) => closed.failures_in_a_row(),
            _ => 0,
        }
    }

    pub(crate) fn probes_in_flight(&self) -> usize {
        match &self.phase {
            Phase::HalfOpen(probes) => probes.in_flight(),
            _ => 0,
        }
    }

    /// Returns the contents of the window, if there is one.
    pub(crate) fn counts(&mut self, now: Tick) -> Option<WindowCounts> {
        match &mut self.phase {
            Phase::Closed(closed) => closed.counts(now),
            _ => self.settings.window.map(|_| WindowCounts::default()),
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

    /// Returns when the open period ends.
    pub(crate) fn open_until(&self) -> Option<Tick> {
        match &self.phase {
            Phase::Open(period) => Some(period.until),
            _ => None,
        }
    }

    /// Returns when another attempt may succeed: the rest of the open period, or of a forced opening.
    pub(crate) fn retry_after(&self, now: Tick) -> Option<Duration> {
        match (&self.forced, &self.phase) {
            (Some(forced), _) if forced.kind == ForcedKind::Open => self.forced_for(now),
            (None, Phase::Open(period)) => Some(period.until.since(now)),
            _ => None,
        }
    }

    /// Returns the rest of the override.
    pub(super) fn forced_for(&self, now: Tick) -> Option<Duration> {
        self.forced_until().map(|until| until.since(now))
    }
}
