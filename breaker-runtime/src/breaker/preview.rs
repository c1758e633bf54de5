//! What a change of settings would do, and the layers of a setting.

use super::settings::Announcement;
use super::shared::{CircuitBreaker, Locked, Shared};
#[cfg(feature = "admin")]
use crate::config::Config;
use crate::config::{ConfigError, Layered, Patch, Setting, Settings};
use crate::time::ClockReading;
use crate::values::{Attribution, Configured, SettingLayers, WindowEffect};

impl CircuitBreaker {
    /// Returns the values that all layers give a setting, with their places; `None` if no setting has this name.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Layer, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new().threshold(3))?;
    /// let threshold = payment.setting("threshold").expect("there is such a setting");
    /// assert_eq!(threshold.layers[0].layer, Layer::Declared);
    /// assert!(threshold.layers[0].place.is_some());
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn setting(&self, name: &str) -> Option<SettingLayers> {
        let setting = Setting::find(name)?;
        let locked = self.shared().lock();
        Some(locked.merged.setting_layers(&locked.layered, setting))
    }

    /// Returns the settings that were configured at run time.
    #[cfg(feature = "admin")]
    pub(crate) fn configured(&self) -> Config {
        let locked = self.shared().lock();
        let runtime = locked.layered.runtime.as_deref();
        runtime.copied().unwrap_or_default()
    }

    /// Returns the settings that would be in force with a patch of those of run time.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the patch.
    #[cfg(all(feature = "admin", feature = "rehearsal"))]
    pub(crate) fn settings_with(&self, patch: &Patch) -> Result<Settings, Vec<ConfigError>> {
        self.shared().lock().settings_with(patch).map(|it| it.1)
    }
}

impl Locked {
    /// Returns the layers and the settings in force that a patch leads to, or everything that is wrong with it.
    fn settings_with(&self, patch: &Patch) -> Result<(Layered, Settings), Vec<ConfigError>> {
        let mut layered = self.layered.clone();
        patch.apply(&mut layered.runtime);
        let config = self.merged.effective(&layered);
        let inconsistencies = self.merged.layered_inconsistencies(&layered);
        let mut rejected = patch.problems().to_vec();
        rejected.extend(config.values_out_of_range());
        rejected.extend(inconsistencies.map(ConfigError::from));
        if !rejected.is_empty() {
            return Err(rejected);
        }
        let settings = config.settings(self.merged.call_timeout());
        Ok((layered, settings))
    }
}

impl Shared {
    /// Returns what a patch would do, or everything that is wrong with it.
    ///
    /// The caller delivers the events of transitions that are due.
    pub(crate) fn preview(
        &self,
        reading: ClockReading,
        patch: &Patch,
        by: &Attribution,
    ) -> Result<Configured, Vec<ConfigError>> {
        let mut locked = self.lock();
        let (layered, settings) = locked.settings_with(patch)?;
        let merged = &locked.merged;
        let before = *locked.machine.settings();
        let announcement = Announcement {
            action: None,
            by,
            place: &|_, _| None,
        };
        let layers = [locked.layers(), merged.layers(&layered)];
        let changes = announcement.changes([&before, &settings], layers);
        let mentioned = patch.settings();
        let mentioned = mentioned.map(|setting| merged.setting_layers(&layered, setting));
        let mentioned = mentioned.collect();
        let rule_met = self.step(&mut locked, reading, |machine, now, changes| {
            machine.advance(now, changes);
            machine.would_meet(&settings, now)
        });
        Ok(Configured {
            changes,
            settings: mentioned,
            window: match before.window {
                None => WindowEffect::NoWindow,
                window if window == settings.window => WindowEffect::Kept,
                Some(_) => WindowEffect::Emptied,
            },
            rule_met,
        })
    }
}
