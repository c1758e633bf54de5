//! Overrides, which hide the state of the machine and do not change it (R14).

use crate::time::Tick;
use crate::values::{Attribution, State};

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

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Forced {
    pub(crate) kind: ForcedKind,
    pub(crate) by: Attribution,
    pub(crate) until: Option<Tick>,
}

impl Forced {
    pub(crate) fn has_expired(&self, now: Tick) -> bool {
        self.until.is_some_and(|until| now >= until)
    }
}
