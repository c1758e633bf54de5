//! Transitions, and overrides.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::actor::Attribution;
use super::cause::Cause;
use super::failure::Failures;
use super::layer::Layer;
use super::state::{Reason, State};
use crate::time::Brief;

/// A transition from one state to another.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Transition {
    /// The state before, beneath any override.
    pub from: State,
    /// The state after, beneath any override.
    pub to: State,
    /// Why the state changed.
    pub reason: Reason,
    /// The generation that the transition began.
    pub generation: u64,
    /// When the change fell due, if the passing of time alone caused it.
    ///
    /// The event's time is later: it is when the next call or reading noticed the change.
    pub due_at: Option<SystemTime>,
    /// How long the circuit stays open, if it opened.
    pub open_period: Option<Duration>,
    /// The number of failures behind an opening.
    ///
    /// Depending on the rule that was met, they are failures in a row, failures in the window, or failed probes. For
    /// [`Reason::AllCancelled`] it is the number of dropped calls.
    pub failures: u64,
    /// The failures behind an opening, by kind. For an opening by `slow_rate`, the failures in the window.
    pub failures_by_kind: Failures,
    /// The share of failures or of slow calls that met a rule.
    pub rate: Option<f64>,
    /// The cause of an opening, if the function, permit or layer of the call that caused it states one.
    pub cause: Option<Cause>,
    /// Whether the setting `shadow` was on, so that the circuit rejected no call after the transition either.
    pub shadow: bool,
    /// The actor that tripped or reset the circuit, and the reason; empty for every other transition.
    pub by: Attribution,
}

/// Formats the transition, for example as `closed -> open (failures_in_a_row: timed_out)`.
///
/// After the reason come the kinds of the failures behind an opening, the most frequent first. `{:#}` adds the length
/// of the open period and the numbers: `closed -> open for 30s (failures_in_a_row: 4 timed_out, 1 returned)`.
impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)?;
        if let Some(period) = self.open_period.filter(|_| f.alternate()) {
            write!(f, " for {}", Brief(period))?;
        }
        write!(f, " ({}", self.reason)?;
        let kinds = &self.failures_by_kind;
        if kinds.all() > 0 {
            f.write_str(": ")?;
            kinds.fmt(f)?;
        }
        f.write_str(")")
    }
}

/// A transition together with the time at which it was noticed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PastTransition {
    /// When the transition was noticed, by the wall clock.
    pub at: SystemTime,
    /// The transition.
    pub transition: Transition,
}

impl PastTransition {
    /// Returns when the transition took place, which may be before anybody noticed it.
    pub(crate) fn took_place_at(&self) -> SystemTime {
        self.transition.due_at.unwrap_or(self.at)
    }
}

#[cfg(test)]
impl PastTransition {
    /// Makes a transition without a period and evidence, noticed `generation` seconds after 1970.
    pub(crate) fn example(from: State, to: State, reason: Reason, generation: u64) -> Self {
        Self {
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(generation),
            transition: Transition {
                from,
                to,
                reason,
                generation,
                due_at: None,
                open_period: None,
                failures: 0,
                failures_by_kind: Failures::default(),
                rate: None,
                cause: None,
                shadow: false,
                by: Attribution::default(),
            },
        }
    }
}

/// How often a breaker changed from one state to another for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransitionCount {
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// Why the state changed.
    pub reason: Reason,
    /// The number of such transitions.
    pub count: u64,
}

impl TransitionCount {
    /// Returns whether both count transitions of the same kind.
    pub(crate) fn same_kind(&self, other: &Self) -> bool {
        (self.from, self.to, self.reason) == (other.from, other.to, other.reason)
    }

    /// Adds `more` to the count of the same kind in `counts`.
    pub(crate) fn add_to(counts: &mut Vec<Self>, more: Self) {
        match counts.iter_mut().find(|count| count.same_kind(&more)) {
            Some(count) => count.count += more.count,
            None => counts.push(more),
        }
    }
}

/// An override: a state that a person, a file or a variable forces, which hides the state of the machine from callers.
///
/// The override of a person takes precedence over that of a file or a variable, and both over that of the fleet. Each is
/// cleared where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Override {
    /// [`State::ForcedOpen`] or [`State::ForcedClosed`].
    pub state: State,
    /// The reason given when the override was set; empty if none was given.
    pub reason: String,
    /// The actor, file or variable that set the override, and the reason.
    pub by: Attribution,
    /// The layer of the override: [`Layer::Runtime`] for a person or code, [`Layer::Fleet`] for the fleet, otherwise the
    /// layer of the file or variable.
    pub layer: Layer,
    /// When the override was set, by the wall clock.
    pub since: SystemTime,
    /// When the override expires; `None` if it lasts until it is cleared.
    pub until: Option<SystemTime>,
}
