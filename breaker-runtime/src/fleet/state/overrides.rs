//! How overrides are set, and said again after a loss.

use super::FleetState;
use super::changes::Changes;
use super::stored_override::StoredOverride;
use super::terms::{Caller, DAY, micros, next, seen};
use crate::fleet::limits::is_name;
use crate::fleet::store::{Answer, FleetOverride, OverrideKind};

impl FleetState {
    /// Sets an override for a circuit, or for all if the name is empty, and returns its revision.
    pub(super) fn set_override(
        &mut self,
        name: &str,
        kind: OverrideKind,
        lasts: Option<u64>,
        why: (Option<&str>, Option<&str>),
        now: u64,
    ) -> u64 {
        let old = self.overrides.get(name).map_or(0, |old| old.revision);
        let revision = next(old, now);
        let forced = StoredOverride {
            kind,
            actor: why.0.map(str::to_owned),
            reason: why.1.map(str::to_owned),
            set: now,
            until: lasts.map(|lasts| now + lasts),
            revision,
        };
        self.overrides.insert(name.to_owned(), forced);
        revision
    }

    /// Stores an override that a member says again, if it is later than what is here.
    pub(super) fn again(
        &mut self,
        forced: &FleetOverride,
        caller: Caller<'_>,
        changes: &mut Changes,
    ) -> Answer {
        let name = forced.name.as_deref();
        if name.is_some_and(|name| !is_name(name)) {
            return Answer::Invalid;
        }
        let (name, now) = (name.unwrap_or_default(), caller.now);
        let mut rest = forced.rest.map(micros);
        if forced.kind == OverrideKind::Cleared {
            rest = Some(rest.unwrap_or(DAY).min(DAY));
        }
        let revision = seen(forced.revision, now);
        let known = self.overrides.get(name);
        if rest == Some(0) || known.is_some_and(|known| known.revision >= revision) {
            return Answer::Stale;
        }
        let forced = StoredOverride {
            kind: forced.kind,
            actor: forced.actor.clone(),
            reason: forced.reason.clone(),
            set: now.saturating_sub(micros(forced.age)),
            until: rest.map(|rest| now + rest),
            revision,
        };
        self.overrides.insert(name.to_owned(), forced);
        changes.overrides = true;
        Answer::Done
    }
}
