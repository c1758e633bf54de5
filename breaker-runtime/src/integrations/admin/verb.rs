//! What control requests do.

use super::order::Order;
use crate::breaker::CircuitBreaker;
use crate::values::State;

/// What a control request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Trip,
    Reset,
    /// Resets the keys of a name that are not closed.
    ResetOpenKeys,
    ForceOpen,
    ForceClosed,
    Clear,
    /// Clears the overrides of single keys of a name.
    ClearKeys,
    /// Clears the override of a name and those of its keys.
    ClearAll,
}

/// Which breakers of a name with keys a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    Open,
    All,
}

impl Verb {
    /// Returns what this does if a request says which keys it is about.
    pub(super) fn on(self, keys: Keys) -> Self {
        match (self, keys) {
            (Self::Reset, Keys::Open) => Self::ResetOpenKeys,
            (Self::Clear, Keys::Open) => Self::ClearKeys,
            (Self::Clear, Keys::All) => Self::ClearAll,
            (verb, _) => verb,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Trip => "trip",
            Self::Reset | Self::ResetOpenKeys => "reset",
            Self::ForceOpen => "force_open",
            Self::ForceClosed => "force_closed",
            Self::Clear | Self::ClearKeys | Self::ClearAll => "clear",
        }
    }

    /// Returns the labels of the actions that are recorded.
    pub(super) fn records(self) -> &'static [&'static str] {
        match self {
            Self::Trip => &["trip"],
            Self::Reset => &["reset"],
            Self::ResetOpenKeys => &["reset_open_keys"],
            Self::ForceOpen => &["force_open"],
            Self::ForceClosed => &["force_closed"],
            Self::Clear => &["clear_override"],
            Self::ClearKeys => &["clear_key_overrides"],
            Self::ClearAll => &["clear_override", "clear_key_overrides"],
        }
    }

    /// Returns the label of the action that is recorded if this acts on the whole fleet.
    pub(super) fn records_in_fleet(self) -> &'static str {
        match self {
            Self::Trip => "fleet_trip",
            Self::Reset | Self::ResetOpenKeys => "fleet_reset",
            Self::ForceOpen => "fleet_force_open",
            Self::ForceClosed => "fleet_force_closed",
            Self::Clear | Self::ClearKeys | Self::ClearAll => "fleet_clear_override",
        }
    }

    /// Returns the state that an override is to have.
    pub(super) fn forces(self) -> Option<State> {
        match self {
            Self::ForceOpen => Some(State::ForcedOpen),
            Self::ForceClosed => Some(State::ForcedClosed),
            _ => None,
        }
    }

    /// Returns the state in which the machine is to be.
    pub(super) fn machine_state(self) -> Option<State> {
        match self {
            Self::Trip => Some(State::Open),
            Self::Reset | Self::ResetOpenKeys => Some(State::Closed),
            _ => None,
        }
    }

    /// Returns whether this clears the override of a breaker.
    pub(super) fn clears_own(self) -> bool {
        matches!(self, Self::Clear | Self::ClearAll)
    }

    /// Returns whether this clears the overrides of single keys.
    pub(super) fn clears_those_of_keys(self) -> bool {
        matches!(self, Self::ClearKeys | Self::ClearAll)
    }

    pub(super) fn apply(self, breaker: &CircuitBreaker, order: &Order) {
        let control = breaker.by(&order.actor);
        match self {
            Self::Trip => control.trip(),
            Self::Reset => control.reset(),
            Self::ResetOpenKeys => control.reset_open_keys(),
            Self::ForceOpen => control.force_open(order.ttl),
            Self::ForceClosed => control.force_closed(order.ttl),
            Self::Clear => control.clear_override(),
            Self::ClearKeys => control.clear_key_overrides(),
            Self::ClearAll => {
                control.clear_override();
                control.clear_key_overrides();
            }
        }
    }
}
