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
            let mut ending = [&it.own.person, &it.own.fleet].into_iter().flatten();
            // An override that has ended affects no call, even if its end was not noticed.
            ending.any(|it| !it.has_expired(now)) || it.own.external.is_some()
        })
    }

    /// Ends the overrides whose time has passed. Changes that fell due before such an end are applied first.
    pub(super) fn expire_overrides(&mut self, now: Tick, changes: &mut Vec<Change>) {
        let ends = |it: &Option<Forced>| it.as_ref().and_then(|it| it.until);
        while let Some(own) = self.overrides.as_deref().map(|it| &it.own) {
            let [person, fleet] = [&own.person, &own.fleet].map(ends);
            let of_fleet = fleet.is_some_and(|fleet| person.is_none_or(|person| fleet < person));
            let first = if of_fleet { fleet } else { person };
            let Some(until) = first.filter(|until| *until <= now) else {
                break;
            };
            self.advance_phase(until.before(), changes);
            let expired = self.change_overrides(|it| {
                let layer = if of_fleet {
                    &mut it.own.fleet
                } else {
                    &mut it.own.person
                };
                layer.take()
            });
            changes.extend(expired.map(Change::OverrideExpired));
        }
        let is_due = |it: &Option<Forced>| ends(it).is_some_and(|until| until <= now);
        let name = self.overrides.as_deref().map(|it| &it.name);
        if name.is_some_and(|it| is_due(&it.person) || is_due(&it.fleet)) {
            // The breaker of the name reports it.
            self.change_overrides(|it| {
                it.name.person.take_if(|it| it.has_expired(now));
                it.name.fleet.take_if(|it| it.has_expired(now));
            });
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

    /// Sets or clears the override of the fleet.
    ///
    /// An override that is requested again keeps its beginning and takes the end that was heard last.
    #[cfg(any(test, feature = "fleet"))]
    pub(crate) fn fleet_forces(
        &mut self,
        wanted: Option<Forced>,
        now: Tick,
        changes: &mut Vec<Change>,
    ) {
        self.advance(now, changes);
        self.change_overrides(|it| {
            let fleet = &mut it.own.fleet;
            match (fleet.take(), wanted) {
                (Some(set), Some(wanted)) if (set.kind, &set.by) == (wanted.kind, &wanted.by) => {
                    let until = wanted.until;
                    *fleet = Some(Forced { until, ..set });
                }
                (_, Some(wanted)) => {
                    changes.push(Change::OverrideSet(wanted.clone()));
                    *fleet = Some(wanted);
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
