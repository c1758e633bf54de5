//! Serializes events and what they report.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::timestamp::Timestamp;
use crate::breaker::{Event, EventKind};
use crate::config::{Conflict, ConflictSide};

/// Serializes the name and the key of the breaker, the sequence number, the time, and the fields of the [`EventKind`].
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_struct("Event", 6)?;
        event.serialize_field("breaker", self.breaker().name())?;
        event.serialize_field("key", &self.breaker().key())?;
        event.serialize_field("sequence", &self.sequence())?;
        event.serialize_field("at", &Timestamp(self.at()))?;
        self.kind().serialize_into(&mut event)?;
        event.end()
    }
}

kinds!(EventKind {
    Transition: "transition" => "transition",
    OverrideSet: "override_set" => "override",
    OverrideCleared: "override_cleared" => "override",
    OverrideExpired: "override_expired" => "override",
    SettingsRejected: "settings_rejected" => "problem",
    Conflict: "conflict" => "conflict",
});

record!(Conflict {
    breaker,
    first,
    second,
});

record!(ConflictSide {
    setting,
    value,
    location,
});
