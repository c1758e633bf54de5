//! One override in the state of a fleet, or the tombstone of one that has ended or was cleared.

use super::terms::duration;
use crate::fleet::store::{FleetOverride, OverrideKind};

/// An override, or its tombstone.
#[derive(Clone, Debug)]
pub(super) struct StoredOverride {
    pub(super) kind: OverrideKind,
    pub(super) actor: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) set: u64,
    pub(super) until: Option<u64>,
    pub(super) revision: u64,
}

impl StoredOverride {
    /// Returns whether it has not passed its end.
    pub(super) fn lasts(&self, now: u64) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// Returns the override as members see it, if it has not passed its end.
    pub(super) fn seen(&self, name: &str, now: u64) -> Option<FleetOverride> {
        self.lasts(now).then(|| FleetOverride {
            name: (!name.is_empty()).then(|| name.to_owned()),
            kind: self.kind,
            actor: self.actor.clone(),
            reason: self.reason.clone(),
            age: duration(now.saturating_sub(self.set)),
            rest: self.until.map(|until| duration(until - now)),
            revision: self.revision,
        })
    }
}
