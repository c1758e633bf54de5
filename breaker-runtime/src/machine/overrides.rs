//! The overrides of the machine: who sets and clears them, and when they end (R14).

use super::Machine;
use super::forced::{AllForced, Forced, ForcedLayers};
use super::types::Change;
use crate::time::Tick;

impl Machine {
    /// Returns the override in force.
    pub(crate) fn forced(&self) -> Option<&Forced> {
        self.overrides.as_deref()?.by_precedence().next()
    }

    /// Returns all overrides that are set, the one in force first.
    pub(crate) fn all_forced(&self) -> impl Iterator<Item = &Forced> {
        let overrides = self.overrides.as_deref().into_iter();
        overrides.flat_map(AllForced::by_precedence)
    }

    /// Returns the overrides of this breaker, without those of its name.
    pub(crate) fn own_forced(&self) -> ForcedLayers {
        let overrides = self.overrides.as_deref();
        overrides.map_or_else(ForcedLayers::default, |it| it.own.clone())
    }

    /// Returns whether this breaker has an override that has not ended, without those of its name.
    pub(super) fn is_overridden(&self, now: Tick) -> bool {
        self.overrides.as_deref().is_some_and(|it| {
            let person = it.own.person.as_ref();
            // An override that has ended affects no call, even if its end was not noticed.
            person.is_some_and(|it| !it.has_expired(now)) || it.own.external.is_some()
        })
    }

    /// Ends the overrides whose time has passed. Changes that fell due before such an end are applied first.
    pub(super) fn expire_overrides(&mut self, now: Tick, changes: &mut Vec<Change>) {
        let Some(overrides) = self.overrides.as_deref() else {
            return;
        };
        let has_expired = |it: &Option<Forced>| it.as_ref().is_some_and(|it| it.has_expired(now));
        let name_expired = has_expired(&overrides.name.person);
        let own = overrides.own.person.as_ref().and_then(|it| it.until);
        if let Some(until) = own.filter(|until| *until <= now) {
            self.advance_phase(until.before(), changes);
            let expired = self.change_overrides(|it| it.own.person.take());
            changes.extend(expired.map(Change::OverrideExpired));
        }
        if name_expired {
            // The breaker of the name reports it.
            self.change_overrides(|it| it.name.person = None);
        }
    }

    /// Changes the overrides. They take memory only while one is set.
    fn change_overrides<R>(&mut self, change: impl FnOnce(&mut AllForced) -> R) -> R {
        let mut overrides = self
            .overrides
            .take()
            .map_or_else(AllForced::default, |it| *it);
        let result = change(&mut overrides);
        self.overrides = (overrides != AllForced::default()).then(|| Box::new(overrides));
        result
    }

    /// Sets the override of a person.
    pub(crate) fn force(&mut self, forced: Forced, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        changes.push(Change::OverrideSet(forced.clone()));
        self.change_overrides(|it| it.own.person = Some(forced));
    }

    /// Clears the override of a person, if there is one.
    pub(crate) fn clear_override(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        let cleared = self.change_overrides(|it| it.own.person.take());
        changes.extend(cleared.map(Change::OverrideCleared));
    }

    /// Sets or clears the override of a file or variable.
    ///
    /// An override that is requested again stays as it is, but names the place that requests it now.
    #[cfg(any(test, feature = "config"))]
    pub(crate) fn force_external(
        &mut self,
        wanted: Option<Forced>,
        now: Tick,
        changes: &mut Vec<Change>,
    ) {
        self.advance(now, changes);
        self.change_overrides(|it| {
            let external = &mut it.own.external;
            match (external.take(), wanted) {
                (Some(set), Some(wanted)) if set.is_same_request(&wanted) => {
                    let by = wanted.by;
                    *external = Some(Forced { by, ..set });
                }
                (_, Some(wanted)) => {
                    changes.push(Change::OverrideSet(wanted.clone()));
                    *external = Some(wanted);
                }
                (Some(set), None) => changes.push(Change::OverrideCleared(set)),
                (None, None) => {}
            }
        });
    }

    /// Sets the overrides of the name, for the breaker of a key.
    pub(crate) fn set_name_overrides(
        &mut self,
        forced: ForcedLayers,
        now: Tick,
        changes: &mut Vec<Change>,
    ) {
        self.advance(now, changes);
        self.change_overrides(|it| it.name = forced);
    }
}
