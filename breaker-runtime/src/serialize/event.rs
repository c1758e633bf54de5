//! Serializes events and what they report.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::maybe_duration;
use super::timestamp::Timestamp;
use crate::breaker::{Event, EventKind};
use crate::config::{Conflict, ConflictSide};
use crate::values::{Action, Attribution, Configured, LayerValue, SettingChange, SettingLayers};

/// Serializes the name and the key of the breaker, the sequence number, the time, the span, and the two fields of the
/// [`EventKind`].
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_struct("Event", 7)?;
        event.serialize_field("breaker", self.breaker().name())?;
        event.serialize_field("key", &self.breaker().key())?;
        event.serialize_field("sequence", &self.sequence())?;
        event.serialize_field("at", &Timestamp(self.at()))?;
        event.serialize_field("span", &self.span())?;
        self.kind().serialize_into(&mut event)?;
        event.end()
    }
}

kinds!(EventKind {
    Transition: "transition" => "transition",
    Action: "action" => "action",
    OutageBegan: "outage_began" => "outage",
    OutageEnded: "outage_ended" => "outage",
    OverrideSet: "override_set" => "override",
    OverrideCleared: "override_cleared" => "override",
    OverrideExpired: "override_expired" => "override",
    SettingsChanged: "settings_changed" => "change",
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

record!(Configured {
    changes,
    settings,
    window,
    rule_met,
});

record!(SettingLayers {
    setting,
    value,
    layers,
});

record!(LayerValue {
    layer,
    value,
    place,
});

record!(SettingChange {
    setting,
    from,
    to,
    layer,
    by,
});

/// Serializes the action with the label of its kind, the `ttl` of an override, and the settings or paths as `detail`.
impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            at,
            breaker,
            key,
            kind,
            by,
        } = self;
        let mut action = serializer.serialize_struct("Action", 7)?;
        action.serialize_field("at", &Timestamp(*at))?;
        action.serialize_field("breaker", breaker)?;
        action.serialize_field("key", key)?;
        action.serialize_field("kind", kind.as_str())?;
        action.serialize_field("ttl", &maybe_duration(kind.ttl()))?;
        action.serialize_field("detail", &kind.detail())?;
        action.serialize_field("by", by)?;
        action.end()
    }
}

record!(Attribution { actor, reason });
