//! The three phases of the machine, and the data of each.

use std::time::Duration;

use super::closed::Closed;
use super::probes::Probes;
use super::stay_counts::StayCounts;
use super::types::{GateState, Rejected, Wait};
use crate::time::Tick;
use crate::values::{RejectionReason, State};

#[derive(Debug)]
pub(super) enum Phase {
    Closed(Closed),
    Open(OpenPeriod),
    HalfOpen(Probes),
}

/// One stay in the open state, whose length was drawn when it began.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenPeriod {
    pub(super) period: Duration,
    pub(super) until: Tick,
    pub(super) then: AfterPeriod,
}

/// What follows when the open period has passed.
#[derive(Clone, Copy, Debug)]
pub(super) enum AfterPeriod {
    /// The circuit is half open.
    Probe,
    /// The circuit stays open and waits for the probes of another instance (R25).
    Wait {
        wait: Wait,
        /// How long it waits: so long too after a lease.
        hold: Duration,
        /// Whether it has been noticed that the open period has passed.
        began: bool,
    },
    /// The circuit closes, because the fleet has closed (R27).
    Close,
}

impl OpenPeriod {
    /// Returns when the stay in the open state ends, if nothing happens before.
    pub(super) fn ends(&self) -> Tick {
        match self.then {
            AfterPeriod::Probe | AfterPeriod::Close => self.until,
            AfterPeriod::Wait { wait, .. } => wait.until.max(self.until),
        }
    }

    /// Returns the wait for the probes of another instance, if the circuit waits at `now`.
    pub(super) fn held(&self, now: Tick) -> Option<Wait> {
        match self.then {
            AfterPeriod::Wait { wait, .. } if now >= self.until => Some(wait),
            _ => None,
        }
    }

    /// Returns what the gate publishes.
    #[cold]
    pub(super) fn gate_state(&self) -> GateState {
        match self.then {
            AfterPeriod::Wait {
                wait, began: true, ..
            } => GateState::Held(wait),
            _ => GateState::Open {
                period: self.period,
                until: self.until,
            },
        }
    }

    /// Returns how long to wait before the next attempt.
    pub(super) fn retry_after(&self, now: Tick) -> Duration {
        let held = self.held(now);
        held.map_or_else(|| self.until.since(now), |wait| wait.retry_after(now))
    }

    pub(super) fn rejected(&self, now: Tick) -> Rejected {
        let reason = match self.held(now) {
            Some(_) => RejectionReason::ProbedElsewhere,
            None => RejectionReason::Open,
        };
        Rejected {
            reason,
            retry_after: Some(self.retry_after(now)),
        }
    }
}

impl Phase {
    pub(super) fn counts(&self) -> StayCounts {
        match self {
            Self::Closed(closed) => closed.stay_counts(),
            Self::Open(_) => StayCounts::default(),
            Self::HalfOpen(probes) => probes.stay_counts(),
        }
    }

    pub(super) fn state(&self) -> State {
        match self {
            Self::Closed(_) => State::Closed,
            Self::Open(_) => State::Open,
            Self::HalfOpen(_) => State::HalfOpen,
        }
    }
}
