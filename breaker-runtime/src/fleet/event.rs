//! What happens in a fleet, as the listeners of one instance hear it.

use std::fmt;

use crate::values::{ActionKind, Attribution};

/// Something that happened in a fleet, as this instance heard it.
///
/// Each instance hears of an opening once, and exactly one instance of the fleet has `decided_here`: alert there, and
/// the fleet sends one alert.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FleetEvent {
    /// The store answers and pushes changes: for the first time, or again.
    Joined {
        /// The number of live members.
        members: u32,
    },
    /// The store answers, but it does not push changes; this instance asks every second.
    Polling {
        /// Why the store does not push changes.
        why: String,
    },
    /// The store does not answer; this instance decides alone. This is told once, until the store answers again.
    Alone {
        /// Why the store does not answer.
        why: String,
    },
    /// The fleet has opened a circuit.
    Opened {
        /// The name of the breaker.
        name: String,
        /// The key, for the breaker of a key.
        key: Option<String>,
        /// Whether this instance cast the deciding vote, or its probes have failed, or it ordered the opening.
        decided_here: bool,
        /// The members whose votes opened the circuit; empty if probes have failed or somebody tripped the circuit.
        votes: Vec<String>,
        /// Why, for example `failures_in_a_row` or `tripped`.
        why: String,
    },
    /// A member probes for the fleet.
    Probing {
        /// The name of the breaker.
        name: String,
        /// The key, for the breaker of a key.
        key: Option<String>,
        /// The member.
        by: String,
    },
    /// The fleet has closed a circuit.
    Closed {
        /// The name of the breaker.
        name: String,
        /// The key, for the breaker of a key.
        key: Option<String>,
        /// The member whose probes have succeeded, or that ordered a reset.
        by: String,
    },
    /// Somebody forced a circuit open or closed in the whole fleet, or cleared that.
    Steered {
        /// The name of the breaker; `None` for all breakers.
        name: Option<String>,
        /// The key, for the breaker of a key.
        key: Option<String>,
        /// What was done.
        kind: ActionKind,
        /// Who did it, and why.
        by: Attribution,
    },
    /// The store said something that makes no sense. It was ignored.
    Ignored {
        /// What is wrong with it.
        why: String,
    },
    /// The task that talks to the store panicked, which is a bug. It begins again.
    Panicked {
        /// The text of the panic.
        why: String,
    },
    /// This instance has left the fleet.
    Left,
}

impl FleetEvent {
    /// Returns the label: the name of the variant in snake case.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Joined { .. } => "joined",
            Self::Polling { .. } => "polling",
            Self::Alone { .. } => "alone",
            Self::Opened { .. } => "opened",
            Self::Probing { .. } => "probing",
            Self::Closed { .. } => "closed",
            Self::Steered { .. } => "steered",
            Self::Ignored { .. } => "ignored",
            Self::Panicked { .. } => "panicked",
            Self::Left => "left",
        }
    }

    /// Returns the name of the breaker, if the event is about one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Opened { name, .. } | Self::Probing { name, .. } | Self::Closed { name, .. } => {
                Some(name)
            }
            Self::Steered { name, .. } => name.as_deref(),
            _ => None,
        }
    }

    /// Returns the key, if the event is about the breaker of a key.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Opened { key, .. }
            | Self::Probing { key, .. }
            | Self::Closed { key, .. }
            | Self::Steered { key, .. } => key.as_deref(),
            _ => None,
        }
    }
}

/// Formats the event in one line, for example as ``the fleet has opened `payment` (failures_in_a_row, 2 votes)``.
///
/// `{:#}` adds the key.
impl fmt::Display for FleetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = Which(self, f.alternate());
        match self {
            Self::Joined { members: 1 } => f.write_str("joined a fleet of 1 member"),
            Self::Joined { members } => write!(f, "joined a fleet of {members} members"),
            Self::Polling { why } => {
                write!(f, "the store of the fleet does not push changes: {why}")
            }
            Self::Alone { why } => {
                write!(
                    f,
                    "the store of the fleet does not answer, deciding alone: {why}"
                )
            }
            Self::Opened { votes, why, .. } if votes.is_empty() => {
                write!(f, "the fleet has opened {which} ({why})")
            }
            Self::Opened { votes, why, .. } => {
                let number = votes.len();
                let votes = if number == 1 { "vote" } else { "votes" };
                write!(f, "the fleet has opened {which} ({why}, {number} {votes})")
            }
            Self::Probing { by, .. } => write!(f, "{by} probes {which} for the fleet"),
            Self::Closed { by, .. } => write!(f, "the fleet has closed {which} (by {by})"),
            Self::Steered { kind, by, .. } => write!(f, "{which}: {kind} by {by}"),
            Self::Ignored { why } => write!(f, "ignored what the store of the fleet said: {why}"),
            Self::Panicked { why } => write!(f, "the task of the fleet panicked: {why}"),
            Self::Left => f.write_str("left the fleet"),
        }
    }
}

/// Names the breaker of an event.
struct Which<'a>(&'a FleetEvent, bool);

impl fmt::Display for Which<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.name() {
            Some(name) => write!(f, "`{}`", name.escape_debug())?,
            None => f.write_str("all circuit breakers")?,
        }
        match self.0.key() {
            // A key may come from outside the program, and this text goes into logs.
            Some(key) if self.1 => write!(f, " for `{}`", key.escape_debug()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
