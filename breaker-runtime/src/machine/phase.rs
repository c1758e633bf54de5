//! The three phases of the machine, and the data of each.

use std::time::Duration;

use super::closed::Closed;
use super::probes::Probes;
use super::stay_counts::StayCounts;
use crate::time::Tick;
use crate::values::State;

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
