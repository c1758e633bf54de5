//! Overrides, which hide the state of the machine and do not change it (R14).

use std::time::SystemTime;

use crate::time::Tick;
use crate::values::{Attribution, Layer, State};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForcedKind {
    Open,
    Closed,
}

impl ForcedKind {
    pub(crate) fn state(self) -> State {
        match self {
            Self::Open => State::ForcedOpen,
            Self::Closed => State::ForcedClosed,
        }
    }
}

/// One override.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Forced {
    pub(crate) kind: ForcedKind,
    /// The layer that set it: [`Layer::Runtime`] for a person, [`Layer::Fleet`], or that of the file or variable.
    pub(crate) layer: Layer,
    pub(crate) by: Attribution,
    /// When it was set, by the wall clock.
    pub(crate) since: SystemTime,
    pub(crate) until: Option<Tick>,
}

impl Forced {
    pub(super) fn has_expired(&self, now: Tick) -> bool {
        self.until.is_some_and(|until| now >= until)
    }

    /// Returns whether `other` requests the same state from the same layer.
    #[cfg(any(test, feature = "config"))]
    pub(super) fn is_same_request(&self, other: &Self) -> bool {
        (self.kind, self.layer) == (other.kind, other.layer)
    }
}

/// The overrides of one breaker or of one name, in three layers. That of a person takes precedence, then that of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ForcedLayers {
    pub(super) person: Option<Forced>,
    /// The override that a file or a variable requests.
    pub(super) external: Option<Forced>,
    /// The override of the whole fleet.
    pub(super) fleet: Option<Forced>,
}

/// All overrides of a machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct AllForced {
    pub(super) own: ForcedLayers,
    /// The overrides of the name, for the breaker of a key.
    pub(super) name: ForcedLayers,
}

impl AllForced {
    /// Returns all overrides that are set, the one in force first: a person's before a file's before the
    /// fleet's, and within these the name's before the key's.
    pub(super) fn by_precedence(&self) -> impl Iterator<Item = &Forced> {
        let Self { own, name } = self;
        let all = [
            [&name.person, &own.person],
            [&name.external, &own.external],
            [&name.fleet, &own.fleet],
        ];
        all.into_iter().flatten().flatten()
    }
}
