//! Serializes what an instance knows of its fleet.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::timestamp::Timestamp;
use super::{maybe_duration, maybe_timestamp};
#[cfg(feature = "fleet")]
use crate::fleet::FleetEvent;
#[cfg(feature = "fleet")]
use crate::values::ActionKind;
use crate::values::{FleetCircuit, FleetErrors, FleetNumbers, FleetStatus, FleetView};

record!(FleetView {
    status,
    circuit,
    generation,
    votes,
    votes_since: maybe_timestamp,
    needed,
    members,
    prober,
    votes_here,
    probes_here,
    why,
    r#override,
});

record!(FleetNumbers {
    round_trips,
    errors,
    lag,
});

record!(FleetErrors {
    away,
    refused,
    panicked,
    ignored,
});

/// Serializes the label as `status`, and `members`, `lag`, `since` and `why`, of which those are null that the status
/// does not have.
impl Serialize for FleetStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mut members, mut lag, mut since, mut why) = (None, None, None, None);
        match self {
            Self::Joined {
                members: live,
                lag: last,
            } => (members, lag) = (Some(live), *last),
            Self::Polling {
                members: live,
                why: problem,
            } => (members, why) = (Some(live), Some(problem)),
            Self::Alone {
                since: begin,
                why: problem,
            } => (since, why) = (Some(*begin), Some(problem)),
            Self::Left => {}
        }
        let mut status = serializer.serialize_struct("FleetStatus", 5)?;
        status.serialize_field("status", self.as_str())?;
        status.serialize_field("members", &members)?;
        status.serialize_field("lag", &maybe_duration(lag))?;
        status.serialize_field("since", &maybe_timestamp(since))?;
        status.serialize_field("why", &why)?;
        status.end()
    }
}

/// Serializes the label as `state`, and `until`, `by` and `override`, of which those are null that the state does not
/// have.
impl Serialize for FleetCircuit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mut until, mut by, mut forced) = (None, None, None);
        match self {
            Self::Closed => {}
            Self::Open { until: end } => until = Some(Timestamp(*end)),
            Self::Probing { by: prober } => by = Some(prober),
            Self::Forced(set) => forced = Some(set),
        }
        let mut circuit = serializer.serialize_struct("FleetCircuit", 4)?;
        circuit.serialize_field("state", self.as_str())?;
        circuit.serialize_field("until", &until)?;
        circuit.serialize_field("by", &by)?;
        circuit.serialize_field("override", &forced)?;
        circuit.end()
    }
}

/// Serializes the label as `kind`, and `name`, `key`, `members`, `decided_here`, `votes`, `why`, `action`, `ttl` and
/// `by`, of which those are null that the event does not have. `by` is a member, or who steered and why.
#[cfg(feature = "fleet")]
impl Serialize for FleetEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_struct("FleetEvent", 10)?;
        event.serialize_field("kind", self.as_str())?;
        event.serialize_field("name", &self.name())?;
        event.serialize_field("key", &self.key())?;
        let members = match self {
            Self::Joined { members } => Some(members),
            _ => None,
        };
        event.serialize_field("members", &members)?;
        let (decided_here, votes) = match self {
            Self::Opened {
                decided_here,
                votes,
                ..
            } => (Some(decided_here), Some(votes)),
            _ => (None, None),
        };
        event.serialize_field("decided_here", &decided_here)?;
        event.serialize_field("votes", &votes)?;
        let why = match self {
            Self::Polling { why }
            | Self::Alone { why }
            | Self::Opened { why, .. }
            | Self::Ignored { why }
            | Self::Panicked { why } => Some(why),
            _ => None,
        };
        event.serialize_field("why", &why)?;
        let action = match self {
            Self::Steered { kind, .. } => Some(kind),
            _ => None,
        };
        event.serialize_field("action", &action.map(ActionKind::as_str))?;
        let ttl = action.and_then(ActionKind::ttl);
        event.serialize_field("ttl", &maybe_duration(ttl))?;
        match self {
            Self::Probing { by, .. } | Self::Closed { by, .. } => {
                event.serialize_field("by", by)?;
            }
            Self::Steered { by, .. } => event.serialize_field("by", by)?,
            _ => event.serialize_field("by", &None::<()>)?,
        }
        event.end()
    }
}

#[cfg(test)]
mod tests;
