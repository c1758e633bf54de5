//! What control requests do.

use super::order::Order;
use crate::breaker::CircuitBreaker;
use crate::values::State;

/// What a control request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Trip,
    Reset,
    ForceOpen,
    ForceClosed,
    Clear,
}

impl Verb {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Trip => "trip",
            Self::Reset => "reset",
            Self::ForceOpen => "force_open",
            Self::ForceClosed => "force_closed",
            Self::Clear => "clear",
        }
    }

    /// Returns the label of the action that is recorded.
    pub(super) fn records(self) -> &'static str {
        match self {
            Self::Clear => "clear_override",
            _ => self.as_str(),
        }
    }

    /// Returns the state that an override is to have.
    pub(super) fn forces(self) -> Option<State> {
        match self {
            Self::ForceOpen => Some(State::ForcedOpen),
            Self::ForceClosed => Some(State::ForcedClosed),
            Self::Trip | Self::Reset | Self::Clear => None,
        }
    }

    /// Returns the state in which the machine is to be.
    pub(super) fn machine_state(self) -> Option<State> {
        match self {
            Self::Trip => Some(State::Open),
            Self::Reset => Some(State::Closed),
            Self::ForceOpen | Self::ForceClosed | Self::Clear => None,
        }
    }

    pub(super) fn apply(self, breaker: &CircuitBreaker, order: &Order) {
        let control = breaker.by(&order.actor);
        match self {
            Self::Trip => control.trip(),
            Self::Reset => control.reset(),
            Self::ForceOpen => control.force_open(order.ttl),
            Self::ForceClosed => control.force_closed(order.ttl),
            Self::Clear => control.clear_override(),
        }
    }
}
