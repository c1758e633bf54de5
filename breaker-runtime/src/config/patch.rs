//! A change of the settings that are configured at run time.

use std::fmt;

use super::config::Config;
use super::error::{ConfigError, did_you_mean};
use super::grammar::nearest::nearest;
use super::overrides::Overrides;
use super::table::Setting;
use super::value::Value;

/// A change of the settings that [`Registry::configure`](crate::Registry::configure) has set for a breaker.
///
/// A patch sets values as [`Overrides`] do, turns settings off, and takes single settings back. A setting that it does
/// not mention stays as it is. If it mentions a setting twice, the later mention counts. If it names a setting that
/// does not exist, `configure` returns an error.
///
/// With the feature `config`, a patch can be deserialized from a self-describing format such as JSON, as a JSON merge
/// patch: `{"threshold": 20, "window": null, "ramp": "off"}` sets `threshold`, takes back `window` and turns off
/// `ramp`.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Overrides, Patch, Registry};
///
/// let registry = Registry::new();
/// let payment = registry.get_or_create("payment", Config::new().threshold(3))?;
///
/// let overrides = Overrides { half_open_calls: Some(1), ..Overrides::default() };
/// registry.configure("payment", Patch::from(overrides).off("threshold"))?;
/// assert_eq!(payment.config().threshold, None);
///
/// registry.configure("payment", Patch::new().take_back("threshold"))?;
/// assert_eq!(payment.config().threshold, Some(3));
/// assert_eq!(payment.config().half_open_calls.get(), 1);
///
/// let error = registry.configure("payment", Patch::new().off("treshold")).unwrap_err();
/// assert_eq!(error.to_string(), "unknown setting `treshold`; did you mean `threshold`?");
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[must_use = "a patch changes nothing until a breaker is configured with it"]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    set: Config,
    taken_back: Vec<Setting>,
    /// What is wrong with the settings that were named.
    problems: Vec<ConfigError>,
}

impl Patch {
    /// Makes a patch that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Turns a setting off.
    ///
    /// Settings that every breaker needs, such as `open_for`, cannot be turned off: `configure` then returns an error.
    pub fn off(mut self, setting: &str) -> Self {
        if let Some(setting) = self.find(setting) {
            if setting.takes_off() {
                self.set(setting, Value::Off);
            } else {
                let name = setting.name();
                self.problems.push(ConfigError::Setting {
                    name: name.to_owned(),
                    problem: format!("`{name}` cannot be turned off"),
                });
            }
        }
        self
    }

    /// Takes a setting back, so that the value of the layer beneath applies: the environment, a file, the attribute,
    /// or the default.
    pub fn take_back(mut self, setting: &str) -> Self {
        if let Some(setting) = self.find(setting) {
            self.take_back_setting(setting);
        }
        self
    }

    /// Makes a patch that takes back all settings.
    pub(crate) fn take_back_all() -> Self {
        Self {
            taken_back: Setting::ALL.to_vec(),
            ..Self::default()
        }
    }

    pub(crate) fn set(&mut self, setting: Setting, value: Value) {
        self.taken_back.retain(|other| *other != setting);
        self.set = self.set.with(setting, value);
    }

    pub(crate) fn take_back_setting(&mut self, setting: Setting) {
        self.set.remove(setting);
        if !self.taken_back.contains(&setting) {
            self.taken_back.push(setting);
        }
    }

    fn find(&mut self, name: &str) -> Option<Setting> {
        let found = Setting::find(name);
        if found.is_none() {
            let names = Setting::ALL.into_iter().map(Setting::name);
            let meant = did_you_mean(nearest(name, names));
            self.problems.push(ConfigError::Setting {
                name: name.to_owned(),
                problem: format!("unknown setting `{}`{meant}", name.escape_debug()),
            });
        }
        found
    }

    /// Returns what is wrong with the patch itself.
    pub(crate) fn problems(&self) -> &[ConfigError] {
        &self.problems
    }

    /// Returns the settings that the patch mentions, in the order of the documentation.
    pub(crate) fn settings(&self) -> impl Iterator<Item = Setting> + '_ {
        let mentions = |setting: &Setting| {
            self.set.value(*setting).is_some() || self.taken_back.contains(setting)
        };
        Setting::ALL.into_iter().filter(mentions)
    }

    /// Changes the settings that are configured at run time.
    pub(crate) fn apply(&self, runtime: &mut Option<Box<Config>>) {
        let config = runtime.get_or_insert_default();
        config.apply(&self.set);
        for setting in &self.taken_back {
            config.remove(*setting);
        }
        if config.given().next().is_none() {
            *runtime = None;
        }
    }
}

impl From<Overrides> for Patch {
    fn from(overrides: Overrides) -> Self {
        Self {
            set: Config::from(&overrides),
            ..Self::default()
        }
    }
}

/// Shows the changes, as in `threshold = 20, window taken back`.
impl fmt::Display for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, setting) in self.settings().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            match self.set.value(setting) {
                Some(value) => write!(f, "{separator}{} = {value}", setting.name())?,
                None => write!(f, "{separator}{} taken back", setting.name())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
