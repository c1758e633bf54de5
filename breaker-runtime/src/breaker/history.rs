//! The history of a breaker's transitions and of the actions on it.

use std::time::{Duration, SystemTime};

use super::outages::{Costs, Outages};
use super::ring::Ring;
use crate::time::Tick;
#[cfg(feature = "fleet")]
use crate::values::Reason;
use crate::values::{Action, Outage, PastTransition, State, Transition, TransitionCount};

/// The transitions of one breaker and the actions on it; a breaker without either has no history.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// The most recent transitions, oldest first.
    recent: Ring<PastTransition, 64>,
    counts: Vec<TransitionCount>,
    /// The most recent actions, which transitions do not displace.
    pub(super) actions: Ring<Action, 20>,
    /// The total length of all finished stays in the open state.
    open_time: Duration,
    /// When the present stay in the open state began, if the circuit is open.
    open_since: Option<Tick>,
    pub(crate) outages: Outages,
}

impl History {
    /// Adds a transition that happened at `now`.
    pub(crate) fn add(&mut self, past: PastTransition, now: Tick) {
        let Transition {
            from, to, reason, ..
        } = past.transition;
        self.recent.add(past);
        let one = TransitionCount {
            from,
            to,
            reason,
            count: 1,
        };
        TransitionCount::add_to(&mut self.counts, one);
        self.open_time = self.open_time(now);
        self.open_since = (to == State::Open).then_some(now);
    }

    /// Begins an outage with the last transition.
    pub(crate) fn begin_outage(&mut self, now: Tick, costs: Costs) -> Option<Outage> {
        let (opening, since) = (self.recent.last()?, self.open_since?);
        Some(self.outages.begin(opening, since, now, costs))
    }

    /// Returns the most recent transitions, oldest first.
    pub(crate) fn recent(&self) -> Vec<PastTransition> {
        self.recent.all()
    }

    pub(crate) fn recent_mut(&mut self) -> impl Iterator<Item = &mut PastTransition> {
        self.recent.iter_mut()
    }

    pub(crate) fn counts(&self) -> &[TransitionCount] {
        &self.counts
    }

    /// Returns how often the circuit entered `state`.
    pub(crate) fn entered(&self, state: State) -> u64 {
        let entered = self.counts.iter().filter(|count| count.to == state);
        entered.map(|count| count.count).sum()
    }

    /// Returns when the last transition took place.
    pub(crate) fn last_at(&self) -> Option<SystemTime> {
        self.recent.last().map(PastTransition::took_place_at)
    }

    /// Returns why the last transition took place.
    #[cfg(feature = "fleet")]
    pub(super) fn last_reason(&self) -> Option<Reason> {
        self.recent.last().map(|past| past.transition.reason)
    }

    /// Returns how long the circuit has been open in total, up to `now`.
    pub(crate) fn open_time(&self, now: Tick) -> Duration {
        let stay = self.open_since.map(|since| now.since(since));
        self.open_time.saturating_add(stay.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
