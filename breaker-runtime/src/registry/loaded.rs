//! The settings that were loaded last.

use std::collections::BTreeMap;
use std::sync::RwLock;

use super::finding::UnknownBreaker;
use crate::breaker::ExternalOverride;
use crate::config::file::{Environment, File, Force, Position, Section, variable_name};
use crate::config::{Config, ExternalLayers, ExternalValue, Setting, nearest};
use crate::machine::ForcedKind;
use crate::sync::{Arc, PoisonError};
use crate::values::{Attribution, Layer};

/// The settings that were loaded last; breakers that are made later take theirs from here.
#[derive(Debug)]
pub(super) struct CurrentSettings {
    // Not from `sync`: the loom models load nothing.
    loaded: RwLock<Option<Arc<LoadedSettings>>>,
}

/// The settings of one file and of the environment.
#[derive(Debug)]
pub(super) struct LoadedSettings {
    /// The file's name.
    pub(super) path: String,
    pub(super) file: File,
    pub(super) environment: Environment,
}

/// What the loaded settings say about an override of a breaker.
#[cfg(feature = "admin")]
pub(crate) struct LoadedForce {
    /// The file or variable that says it; otherwise the file that configures the breaker, or the first one.
    pub(crate) path: String,
    /// The value of `force`, if there is one.
    pub(crate) force: Option<&'static str>,
}

impl CurrentSettings {
    pub(super) fn new() -> Self {
        Self {
            loaded: RwLock::new(None),
        }
    }

    pub(super) fn get(&self) -> Option<Arc<LoadedSettings>> {
        let loaded = self.loaded.read();
        loaded.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn replace(&self, loaded: Arc<LoadedSettings>) -> Option<Arc<LoadedSettings>> {
        let mut place = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        place.replace(loaded)
    }
}

/// Returns the place that asks for a setting or an override as its actor.
fn attribution(layer: Layer, place: &str) -> Attribution {
    match layer {
        Layer::Environment | Layer::EnvironmentDefault => Attribution::of_place("variable", place),
        _ => Attribution::of_place("file", place),
    }
}

impl LoadedSettings {
    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        self.file.breakers.get(name)
    }

    /// Returns the section of the breaker's group.
    fn group(&self, name: &str) -> Option<&Section> {
        let group = self.section(name)?.group.as_ref()?;
        self.file.groups.get(&group.name)
    }

    /// Returns the section of the environment. A breaker that was unknown at loading time is found by the name of its
    /// variables.
    pub(super) fn variables(&self, name: &str) -> Option<&Section> {
        let known = self.environment.breakers.get(name);
        known.or_else(|| self.environment.unknown.get(&variable_name(name)))
    }

    /// Returns the sections for a breaker, the one that takes precedence first.
    fn sections(&self, name: &str) -> impl Iterator<Item = &Section> {
        self.layers(name).map(|(_, section)| section)
    }

    /// Returns the sections for a breaker and their layers, the one that takes precedence first.
    fn layers(&self, name: &str) -> impl Iterator<Item = (Layer, &Section)> {
        let layers = [
            (Layer::Environment, self.variables(name)),
            (Layer::File, self.section(name)),
            (Layer::File, self.group(name)),
            (Layer::EnvironmentDefault, self.environment.default.as_ref()),
            (Layer::FileDefault, Some(&self.file.default)),
        ];
        layers
            .into_iter()
            .filter_map(|(layer, it)| Some((layer, it?)))
    }

    pub(super) fn external(&self, name: &str) -> ExternalLayers {
        let config = |section: Option<&Section>| section.map_or(Config::new(), |it| it.config);
        let mut file = config(self.group(name));
        file.apply(&config(self.section(name)));
        let given = self.layers(name).flat_map(|(layer, section)| {
            let given = section.config.given();
            given.map(move |(setting, value)| ExternalValue {
                layer,
                setting,
                value,
                place: section.position(setting).to_string(),
            })
        });
        ExternalLayers {
            given: given.collect(),
            default: self.file.default.config,
            environment_default: config(self.environment.default.as_ref()),
            file,
            environment: config(self.variables(name)),
        }
    }

    /// Returns the value of `force` that takes precedence, its layer, and its file or variable.
    fn given_force(&self, name: &str) -> Option<(Force, Layer, &str)> {
        let mut sections = self.layers(name);
        sections.find_map(|(layer, section)| {
            let place = &section.force_position().file;
            Some((section.force?, layer, place.as_str()))
        })
    }

    /// Returns what is said about an override of a breaker.
    #[cfg(feature = "admin")]
    pub(super) fn asked_force(&self, name: &str) -> LoadedForce {
        match self.given_force(name) {
            Some((force, _, place)) => LoadedForce {
                path: place.to_owned(),
                force: Some(force.as_str()),
            },
            None => LoadedForce {
                path: self
                    .section(name)
                    .map_or(&self.path, |it| &it.head().file)
                    .clone(),
                force: None,
            },
        }
    }

    /// Returns the override that is requested.
    pub(super) fn force(&self, name: &str) -> Option<ExternalOverride> {
        let (force, layer, place) = self.given_force(name)?;
        let kind = match force {
            Force::Open => ForcedKind::Open,
            Force::Closed => ForcedKind::Closed,
            Force::Off => return None,
        };
        Some(ExternalOverride {
            kind,
            layer,
            by: attribution(layer, place),
        })
    }

    /// Returns the file or variable that gives a setting in a layer, as an actor.
    pub(super) fn place(&self, name: &str, setting: Setting, layer: Layer) -> Option<Attribution> {
        let gives = |section: &Section| section.config.value(setting).is_some();
        let mut sections = self.layers(name);
        let (_, section) = sections.find(|(it, section)| *it == layer && gives(section))?;
        Some(attribution(layer, &section.position(setting).file))
    }

    /// Returns the place of a setting that is inconsistent for a breaker.
    ///
    /// That is the breaker's section, or the file, if the other setting comes from `configure` or a declaration.
    pub(super) fn position(&self, name: &str, settings: [Setting; 2]) -> Position {
        let given = |setting| {
            let mut sections = self.sections(name);
            sections.find(|section| section.config.value(setting).is_some())
        };
        let position = |setting| Some(given(setting)?.position(setting));
        let [other, setting] = settings;
        let given = position(setting).or_else(|| position(other));
        let head = || self.section(name).map(Section::head);
        let whole = || Position::whole(&self.path);
        given.or_else(head).cloned().unwrap_or_else(whole)
    }

    /// Returns the settings for breakers that do not exist, and their places.
    ///
    /// `names` are those of the breakers that exist, and `declared` those that functions declare for another registry.
    pub(super) fn unknown(
        &self,
        names: &[&str],
        declared: &[&'static str],
    ) -> Vec<(&Position, UnknownBreaker)> {
        let names = [names, declared].concat();
        let unknown = |name: &str, section: &'_ Section, nearest: Option<&str>| UnknownBreaker {
            name: name.to_owned(),
            place: section.head().to_string(),
            nearest: nearest.map(str::to_owned),
        };
        let file = self.file.breakers.iter();
        let absent = file.filter(|(name, _)| !names.contains(&name.as_str()));
        let in_file = absent.map(|(name, section)| {
            let nearest = nearest(name, names.iter().copied());
            (section.head(), unknown(name, section, nearest))
        });
        let forms = names.iter().map(|name| (variable_name(name), *name));
        let forms: BTreeMap<_, _> = forms.collect();
        let variables = self.environment.unknown.iter();
        let absent = variables.filter(|(form, _)| !forms.contains_key(*form));
        let in_environment = absent.map(|(form, section)| {
            let near = nearest(form, forms.keys().map(String::as_str));
            let nearest = near.and_then(|near| forms.get(near).copied());
            (section.head(), unknown(form, section, nearest))
        });
        in_file.chain(in_environment).collect()
    }
}
