//! What an event reports.

use crate::config::Conflict;
use crate::values::{Action, Outage, Override, SettingChange, Transition};

/// What an [`Event`](crate::Event) reports.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// The state changed.
    Transition(Transition),
    /// Somebody acted on the breaker. The events of the effects follow.
    ///
    /// For an action on a name with keys, only the breaker of the name has this event.
    Action(Action),
    /// An outage began. This event follows that of the transition that began it.
    OutageBegan(Outage),
    /// An outage ended. Its length and its cost are final.
    ///
    /// The event may come late, because most calls do not look for the end of an outage: it comes with the next
    /// reading, with a call that takes the lock, or with one of the next 64 successes of a thread.
    /// [`ended_at`](Outage::ended_at) is exact in any case. The outage of a key that is evicted has no such event.
    OutageEnded(Outage),
    /// Somebody set an override.
    OverrideSet(Override),
    /// Somebody cleared an override.
    OverrideCleared(Override),
    /// An override expired.
    OverrideExpired(Override),
    /// The value in force for a setting changed.
    ///
    /// For a name with keys, only the breaker of the name has this event.
    SettingsChanged(SettingChange),
    /// Settings that were loaded before this breaker existed do not fit it and were not applied; the text says why.
    SettingsRejected(String),
    /// A declaration of this breaker disagrees with an earlier one.
    Conflict(Conflict),
}
