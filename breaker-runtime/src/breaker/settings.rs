//! The settings of a breaker: its declarations, the layers around them, and what it inherits from its name.

use std::time::Duration;

use super::event::EventKind;
use super::shared::{CircuitBreaker, Locked, Shared};
#[cfg(feature = "config")]
use crate::config::Inconsistency;
use crate::config::{
    ConfigError, Conflict, Layered, Layers, Location, Setting, Settings, Source, VoidSetting,
};
use crate::time::ClockReading;
use crate::values::{ActionKind, Attribution, Layer, SettingChange};

/// How a change of settings is announced.
pub(crate) struct Announcement<'a> {
    /// The action that changed the settings of this breaker alone, if there was one.
    pub(crate) action: Option<ActionKind>,
    pub(crate) by: &'a Attribution,
    /// Returns the file or variable that changes a setting, from its layers before and after.
    pub(crate) place: &'a dyn Fn(Setting, [Layer; 2]) -> Option<Attribution>,
}

impl Announcement<'_> {
    /// Returns the changes from the settings before to those after.
    pub(super) fn changes(
        &self,
        [before, after]: [&Settings; 2],
        layers: [Layers; 2],
    ) -> Vec<SettingChange> {
        let differs = |setting: &Setting| before.value(*setting) != after.value(*setting);
        let changed = Setting::ALL.into_iter().filter(differs);
        let changed: Vec<_> = changed
            .map(|setting| {
                let layers = layers.map(|layers| layers.of_setting(setting));
                (setting, layers[1], (self.place)(setting, layers))
            })
            .collect();
        // A default that depends on another setting changes with it.
        let followed = |setting: Setting| {
            let mut of = changed.iter();
            let follows = setting.default_follows();
            of.find_map(|(other, _, place)| place.as_ref().filter(|_| follows.contains(other)))
        };
        let by = |setting: Setting, place: &Option<Attribution>| {
            let by = Some(self.by).filter(|by| by.actor.is_some()).cloned();
            let place = || place.as_ref().or_else(|| followed(setting)).cloned();
            by.or_else(place).unwrap_or_default()
        };
        let change = |(setting, layer, place): &(Setting, Layer, Option<Attribution>)| {
            let setting = *setting;
            SettingChange {
                setting: setting.name(),
                from: before.value(setting).to_string(),
                to: after.value(setting).to_string(),
                layer: *layer,
                by: by(setting, place),
            }
        };
        changed.iter().map(change).collect()
    }
}

impl CircuitBreaker {
    /// Notifies the listeners that settings do not fit this breaker.
    #[cfg(feature = "config")]
    pub(crate) fn announce_rejected_settings(&self, error: &ConfigError) {
        self.announce([EventKind::SettingsRejected(error.to_string())]);
    }

    /// Adds a declaration that became known after the breaker was made; it changes no setting.
    pub(crate) fn add_declaration(&self, source: &Source) {
        let conflicts = self.shared().lock().merged.note(source);
        self.announce_conflicts(conflicts);
    }

    /// Takes over the settings that surround the declarations of `parent`, and its overrides.
    pub(crate) fn inherit_settings(&self, parent: &CircuitBreaker) {
        let reading = self.shared().reading();
        // The parent stays locked until this is done: whoever changes the parent later finds this breaker too.
        let parent = parent.shared().lock();
        let layered = parent.layered.clone();
        let inherited = self
            .shared()
            .apply_layers(reading, None, |own| *own = layered);
        self.shared().inherit_overrides(&parent, reading);
        drop(parent);
        debug_assert!(
            inherited.is_ok(),
            "the parent has these settings: {inherited:?}"
        );
        self.deliver_queued();
    }
}

impl Locked {
    /// Returns the layer that each setting comes from.
    pub(super) fn layers(&self) -> Layers {
        self.merged.layers(&self.layered)
    }
}

impl Shared {
    /// Returns the limit of the calls of a function whose attribute has the limit `own`.
    pub(crate) fn call_timeout(&self, own: Duration) -> Duration {
        self.limits.call_timeout().unwrap_or(own)
    }

    /// Returns a future that is ready when the limit of a call has passed. The timer is user code, so no lock may be held.
    #[cfg(feature = "timer")]
    pub(crate) fn sleep(&self, own: Duration) -> crate::time::Sleep {
        self.cold.registry.timer.sleep(self.call_timeout(own))
    }

    /// Changes the settings that surround the declarations.
    ///
    /// With an announcement, it queues events for the action and for each value in force that changes. The caller
    /// delivers them.
    ///
    /// If the result is invalid, nothing changes and the error says why. The caller reads the clock, because it
    /// may hold a lock under which no user code may run.
    pub(crate) fn apply_layers(
        &self,
        reading: ClockReading,
        announcement: Option<&Announcement<'_>>,
        change: impl FnOnce(&mut Layered),
    ) -> Result<(), ConfigError> {
        let mut locked = self.lock();
        let mut layered = locked.layered.clone();
        change(&mut layered);
        let config = locked.merged.effective(&layered);
        config.check_values()?;
        if let Some(inconsistency) = locked.merged.inconsistency(&layered) {
            return Err(inconsistency.into());
        }
        let settings = config.settings(locked.merged.call_timeout());
        let (before, layers_before) = (*locked.machine.settings(), locked.layers());
        locked.layered = layered;
        self.put_in_force(&mut locked, settings, reading);
        if let Some(announcement) = announcement {
            if let Some(action) = &announcement.action {
                self.record_action(&mut locked, reading, action.clone(), announcement.by);
            }
            let changes =
                announcement.changes([&before, &settings], [layers_before, locked.layers()]);
            let at = reading.at(locked.latest).wall;
            for change in changes {
                locked.queue(at, EventKind::SettingsChanged(change));
            }
        }
        Ok(())
    }

    fn put_in_force(&self, locked: &mut Locked, settings: Settings, reading: ClockReading) {
        // This also drains the calls that were tallied under the old settings: they belong to the old window.
        self.step(locked, reading, |machine, now, changes| {
            machine.reconfigure(settings, now, changes);
        });
        self.apply(locked, &settings);
    }

    /// Puts settings in force that no configuration produces.
    #[cfg(test)]
    pub(crate) fn reconfigure(&self, settings: Settings) {
        let reading = self.reading();
        self.put_in_force(&mut self.lock(), settings, reading);
    }

    /// Returns which settings would be inconsistent after `change`.
    #[cfg(feature = "config")]
    pub(crate) fn inconsistency(&self, change: impl FnOnce(&mut Layered)) -> Option<Inconsistency> {
        let locked = self.lock();
        let mut layered = locked.layered.clone();
        change(&mut layered);
        locked.merged.inconsistency(&layered)
    }

    /// Returns the settings that have no effect because of another setting.
    pub(crate) fn void_settings(&self) -> Vec<VoidSetting> {
        let locked = self.lock();
        locked.merged.void_settings(&locked.layered)
    }

    /// Returns where the breaker was first declared.
    pub(crate) fn declared_at(&self) -> Option<Location> {
        self.lock().merged.sources().first().copied()
    }

    /// Returns where `source` disagrees with the configuration that the breaker was made with.
    pub(crate) fn disagreement(&self, source: &Source) -> Option<Conflict> {
        let locked = self.lock();
        locked.merged.disagreements(source).into_iter().next()
    }
}
