//! Several declarations of one breaker, merged setting by setting: the first that gives a setting wins it.

use std::time::Duration;

use super::config::Config;
use super::conflict::{Conflict, ConflictSide};
use super::constraints::{Inconsistency, inconsistencies};
use super::layers::{Layered, Layers};
use super::location::Location;
use super::settings::Settings;
use super::table::Setting;
use super::value::Value;
use super::void::{Judged, VoidSetting};

/// A declaration of a breaker: a configuration and its location.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) config: Config,
    pub(crate) location: Location,
    /// The `call_timeout` of the annotated function.
    pub(crate) call_timeout: Option<Duration>,
}

/// The merged declarations of one breaker.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    breaker: Box<str>,
    /// The settings that were given. A list takes less room than a [`Config`], since most breakers are given
    /// few settings.
    given: Box<[GivenSetting]>,
    /// The locations of all declarations, the first one first.
    sources: Vec<Location>,
    /// The longest `call_timeout` of all declarations.
    call_timeout: Option<Duration>,
    /// Whether at least one declaration has no `call_timeout`.
    has_unlimited_calls: bool,
}

/// A setting, and the location of the declaration that won it.
#[derive(Clone, Copy, Debug)]
struct GivenSetting {
    setting: Setting,
    value: Value,
    location: Location,
}

impl Merged {
    pub(crate) fn new(breaker: &str) -> Self {
        Self {
            breaker: breaker.into(),
            given: Box::default(),
            sources: Vec::new(),
            call_timeout: None,
            has_unlimited_calls: false,
        }
    }

    fn find(&self, setting: Setting) -> Option<&GivenSetting> {
        self.given.iter().find(|given| given.setting == setting)
    }

    /// The settings that the declarations ask for.
    fn declared(&self) -> Config {
        let with = |config: Config, given: &GivenSetting| config.with(given.setting, given.value);
        let declared = self.given.iter().fold(Config::new(), with);
        match (self.find(Setting::CallTimeout), self.call_timeout) {
            (None, Some(limit)) => declared.with(Setting::CallTimeout, Value::Period(limit)),
            _ => declared,
        }
    }

    /// The configuration that is in force as long as no other layer has settings.
    pub(crate) fn config(&self) -> Config {
        let declared = self.declared();
        raise_ceiling(&declared, &declared)
    }

    /// The configuration that is in force with all layers.
    pub(crate) fn effective(&self, layered: &Layered) -> Config {
        let (declared, overlay) = (self.declared(), layered.overlay());
        let mut config = layered.base();
        config.apply(&declared);
        config.apply(&overlay);
        match overlay.value(Setting::MaxOpenFor) {
            Some(_) => config,
            None => raise_ceiling(&declared, &config),
        }
    }

    /// Returns the value that the declarations give a setting, and the location of the one that won.
    pub(super) fn declared_value(&self, setting: Setting) -> Option<(Value, Location)> {
        match (self.find(setting), self.call_timeout) {
            (Some(given), _) => Some((given.value, given.location)),
            (None, Some(limit)) if setting == Setting::CallTimeout => {
                Some((Value::Period(limit), *self.sources.first()?))
            }
            (None, _) => None,
        }
    }

    pub(crate) fn layers(&self, layered: &Layered) -> Layers {
        layered.layers(&self.declared())
    }

    pub(crate) fn sources(&self) -> &[Location] {
        &self.sources
    }

    pub(crate) fn settings(&self) -> Settings {
        self.config().settings(self.call_timeout)
    }

    /// Adds a declaration while the breaker is being made. It wins the settings that no earlier one gives.
    pub(crate) fn absorb(&mut self, source: &Source) -> Vec<Conflict> {
        let won = |setting| self.find(setting).map(|given| given.value);
        let conflicts = self.conflicts(source, &won);
        let new = source.config.given().filter(|(it, _)| won(*it).is_none());
        let new = new.map(|(setting, value)| GivenSetting {
            setting,
            value,
            location: source.location,
        });
        self.given = self.given.iter().copied().chain(new).collect();
        // No spare capacity: a breaker nearly always has one declaration, and there may be many breakers.
        self.sources.reserve_exact(1);
        self.sources.push(source.location);
        self.call_timeout = self.call_timeout.max(source.call_timeout);
        self.has_unlimited_calls |= source.call_timeout.is_none();
        conflicts
    }

    pub(crate) fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout
    }

    /// Returns the time limit that replaces those of the functions, if one is set. [`Duration::MAX`] means no limit.
    pub(crate) fn replaced_call_timeout(&self, layered: &Layered) -> Option<Duration> {
        let setting = Setting::CallTimeout;
        let declared = || self.find(setting).map(|given| given.value);
        match layered.overlay().value(setting).or_else(declared)? {
            Value::Period(limit) => Some(limit),
            _ => Some(Duration::MAX),
        }
    }

    /// Records a declaration that comes too late to change anything.
    pub(crate) fn note(&mut self, source: &Source) -> Vec<Conflict> {
        let conflicts = self.disagreements(source);
        self.sources.push(source.location);
        self.has_unlimited_calls |= source.call_timeout.is_none();
        conflicts
    }

    /// Returns where `source` disagrees with the settings in force, defaults included.
    pub(crate) fn disagreements(&self, source: &Source) -> Vec<Conflict> {
        let settings = self.settings();
        self.conflicts(source, &|setting| Some(settings.value(setting)))
    }

    fn conflicts(
        &self,
        source: &Source,
        in_force: &dyn Fn(Setting) -> Option<Value>,
    ) -> Vec<Conflict> {
        let conflict = |(setting, value): (Setting, Value)| {
            let first = in_force(setting).filter(|first| *first != value)?;
            Some(self.conflict(
                ConflictSide::new(setting, first, self.location(setting, source.location)),
                ConflictSide::new(setting, value, source.location),
            ))
        };
        source.config.given().filter_map(conflict).collect()
    }

    /// Returns the settings of several declarations that are inconsistent, though each declaration is
    /// consistent.
    pub(crate) fn inconsistencies(&self) -> Vec<Conflict> {
        let Some(first) = self.sources.first() else {
            return Vec::new();
        };
        let declared = self.declared();
        let settings = declared.settings(None);
        let side = |setting: Setting| {
            let value = declared.value(setting);
            let value = value.unwrap_or_else(|| settings.value(setting));
            ConflictSide::new(setting, value, self.location(setting, *first))
        };
        let conflict = |inconsistency: Inconsistency| {
            let [other, setting] = inconsistency.settings();
            self.conflict(side(other), side(setting))
        };
        let found = inconsistencies(&declared).into_iter();
        found.map(conflict).collect()
    }

    /// Returns the inconsistencies that the layers cause, within themselves or with the declarations.
    ///
    /// Declarations that are inconsistent by themselves are not the fault of layers that give other settings.
    pub(crate) fn layered_inconsistencies(
        &self,
        layered: &Layered,
    ) -> impl Iterator<Item = Inconsistency> {
        let (declared, overlay) = (self.declared(), layered.overlay());
        let declared = inconsistencies(&declared);
        let found = inconsistencies(&self.effective(layered));
        found.into_iter().filter(move |found| {
            let settings = found.settings();
            let is_overlaid = settings.iter().any(|it| overlay.value(*it).is_some());
            is_overlaid || declared.iter().all(|other| other.settings() != settings)
        })
    }

    /// Returns the first inconsistency that the layers cause.
    pub(crate) fn inconsistency(&self, layered: &Layered) -> Option<Inconsistency> {
        self.layered_inconsistencies(layered).next()
    }

    /// Returns the settings that have no effect because of another setting.
    pub(crate) fn void_settings(&self, layered: &Layered) -> Vec<VoidSetting> {
        let given = self.effective(layered);
        let in_force = given.settings(self.call_timeout);
        let all_limited = self.call_timeout.is_some() && !self.has_unlimited_calls;
        let judged = Judged {
            breaker: &self.breaker,
            given,
            in_force,
            call_timeout: in_force.call_timeout.filter(|_| all_limited),
        };
        judged.void_settings()
    }

    fn conflict(&self, first: ConflictSide, second: ConflictSide) -> Conflict {
        Conflict {
            breaker: self.breaker.to_string(),
            first,
            second,
        }
    }

    /// Returns where the setting was given; for a default, where the breaker was made: at the first
    /// declaration, or at `newcomer` if that is the first.
    fn location(&self, setting: Setting, newcomer: Location) -> Location {
        let given = self.find(setting).map(|given| given.location);
        let given = given.or_else(|| self.sources.first().copied());
        given.unwrap_or(newcomer)
    }
}

/// Raises the ceiling of the open period to the open period if the declarations are inconsistent about them.
///
/// Declarations that are consistent by themselves can be inconsistent with each other. The open period then
/// wins.
fn raise_ceiling(declared: &Config, config: &Config) -> Config {
    let (ours, settings) = (declared.settings(None), config.settings(None));
    if ours.max_open_for < ours.open_for && settings.max_open_for < settings.open_for {
        config.max_open_for(settings.open_for)
    } else {
        *config
    }
}
