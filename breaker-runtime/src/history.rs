//! What a breaker remembers of its transitions.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use crate::event::Transition;
use crate::state::{Reason, State};
use crate::time::Tick;

/// How many transitions are remembered one by one.
const KEPT: usize = 64;

/// A transition and when it was noticed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct PastTransition {
    /// When it was noticed, by the wall clock.
    pub at: SystemTime,
    /// What changed, and why.
    pub transition: Transition,
}

/// How often a breaker changed its state in one way, for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransitionCount {
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// Why.
    pub reason: Reason,
    /// How often.
    pub count: u64,
}

impl TransitionCount {
    #[inline]
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        (self.from, self.to, self.reason) == (other.from, other.to, other.reason)
    }
}

/// The transitions of one breaker; a breaker that has had none has no history.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// The last of them, in order.
    last: VecDeque<PastTransition>,
    counts: Vec<TransitionCount>,
    /// How long the stays in the open state lasted that are over.
    open_time: Duration,
    open_since: Option<Tick>,
}

impl History {
    /// Takes in a transition, which took place at `now`.
    pub(crate) fn add(&mut self, past: PastTransition, now: Tick) {
        let Transition {
            from, to, reason, ..
        } = past.transition;
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(past);
        let one = TransitionCount {
            from,
            to,
            reason,
            count: 1,
        };
        match self.counts.iter_mut().find(|count| count.is_of(&one)) {
            Some(count) => count.count += 1,
            None => self.counts.push(one),
        }
        self.open_time = self.open_time(now);
        self.open_since = (to == State::Open).then_some(now);
    }

    #[inline]
    pub(crate) fn last(&self) -> Vec<PastTransition> {
        self.last.iter().copied().collect()
    }

    #[inline]
    pub(crate) fn counts(&self) -> &[TransitionCount] {
        &self.counts
    }

    /// How often the circuit has entered a state.
    #[inline]
    pub(crate) fn entered(&self, state: State) -> u64 {
        let entered = self.counts.iter().filter(|count| count.to == state);
        entered.map(|count| count.count).sum()
    }

    pub(crate) fn last_at(&self) -> Option<SystemTime> {
        self.last.back().map(|past| past.at)
    }

    /// How long the circuit has been open, all stays together.
    #[inline]
    pub(crate) fn open_time(&self, now: Tick) -> Duration {
        let stay = self.open_since.map(|since| now.since(since));
        self.open_time.saturating_add(stay.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
