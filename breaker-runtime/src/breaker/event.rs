//! What an event reports.

use crate::config::Conflict;
use crate::values::{Action, Outage, Override, SettingChange, Transition};

/// What an [`Event`](crate::Event) reports.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// The state changed.
    Transition(Transition),
    /// Somebody acted on the breaker; the events of the effects follow.
    ///
    /// An action on a name with keys is an event of the breaker of the name, and of none of its keys.
    Action(Action),
    /// An outage began. Follows the transition with which it began.
    OutageBegan(Outage),
    /// An outage ended: it has its length and its cost.
    ///
    /// No call needs to notice the end. So this event may come late: with the next reading, a call that takes the
    /// lock, or one of the next 64 successes of a thread. [`ended_at`](Outage::ended_at) is exact.
    OutageEnded(Outage),
    /// Somebody set an override.
    OverrideSet(Override),
    /// Somebody cleared an override.
    OverrideCleared(Override),
    /// An override expired.
    OverrideExpired(Override),
    /// The value in force for a setting changed.
    ///
    /// The breaker of a name announces it once, and its keys do not.
    SettingsChanged(SettingChange),
    /// Settings that were loaded before this breaker existed do not fit it and were not applied; the text says why.
    SettingsRejected(String),
    /// A declaration of this breaker disagrees with an earlier one.
    Conflict(Conflict),
}
