//! Settings from a file and from the environment, put around what was declared.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::mem::replace;
use std::path::Path;
use std::slice;
use std::sync::RwLock;

use super::finding::Unknown;
use super::{Registry, UnknownBreaker};
use crate::breaker::CircuitBreaker;
use crate::config::file::{
    self, ConfigProblem, ConfigProblems, Environment, File, Force, Position, Section, variable_name,
};
use crate::config::{Config, ExternalLayers, Setting};
use crate::core::Core;
use crate::state::State;
use crate::sync::{Arc, PoisonError};

/// What was loaded last; breakers that are made later come by here.
#[derive(Debug)]
pub(super) struct Plan {
    // Not of `sync`: models of interleavings load nothing.
    loaded: RwLock<Option<Arc<Loaded>>>,
}

/// A file and the environment.
#[derive(Debug)]
pub(super) struct Loaded {
    /// What the file was called.
    path: String,
    file: File,
    environment: Environment,
}

/// What came of loading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadReport {
    /// The breakers that something is asked for by their own names, sorted.
    pub configured: Vec<String>,
    /// What is asked for under a name that no breaker has yet. It is kept, and applied when there is one.
    pub unknown: Vec<UnknownBreaker>,
}

impl Plan {
    pub(super) fn new() -> Self {
        Self {
            loaded: RwLock::new(None),
        }
    }

    pub(super) fn loaded(&self) -> Option<Arc<Loaded>> {
        let loaded = self.loaded.read();
        loaded.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, loaded: Arc<Loaded>) -> Option<Arc<Loaded>> {
        let mut place = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        place.replace(loaded)
    }
}

impl Loaded {
    fn section(&self, name: &str) -> Option<&Section> {
        self.file.breakers.get(name)
    }

    /// The section of the environment; a breaker that was not known then is called by its variables.
    fn variables(&self, name: &str) -> Option<&Section> {
        let known = self.environment.breakers.get(name);
        known.or_else(|| self.environment.unknown.get(&variable_name(name)))
    }

    /// The sections that speak of a breaker, the one that wins first.
    fn sections(&self, name: &str) -> impl Iterator<Item = &Section> {
        let own = [self.variables(name), self.section(name)];
        own.into_iter().flatten().chain([&self.file.default])
    }

    pub(super) fn external(&self, name: &str) -> ExternalLayers {
        let config = |section: Option<&Section>| section.map_or(Config::new(), |it| it.config);
        ExternalLayers {
            default: self.file.default.config,
            file: config(self.section(name)),
            environment: config(self.variables(name)),
        }
    }

    /// The override that is asked for, and by whom.
    fn force(&self, name: &str) -> Option<(Force, &str)> {
        let mut sections = self.sections(name);
        sections.find_map(|section| Some((section.force?, section.force_position().file.as_str())))
    }

    /// Where a setting of a breaker stands that cannot be met; its section, or the file, if it lacks
    /// what was configured or declared on top of it.
    fn position(&self, name: &str, settings: [Setting; 2]) -> Position {
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

    /// What is asked for of breakers that are not there, and where.
    fn unknown(&self, names: &[&str]) -> Vec<(&Position, UnknownBreaker)> {
        let unknown = |name: &str, section: &'_ Section, nearest: Option<&str>| UnknownBreaker {
            name: name.to_owned(),
            place: section.head().to_string(),
            nearest: nearest.map(str::to_owned),
        };
        let file = self.file.breakers.iter();
        let absent = file.filter(|(name, _)| !names.contains(&name.as_str()));
        let in_file = absent.map(|(name, section)| {
            let nearest = file::nearest(name, names.iter().copied());
            (section.head(), unknown(name, section, nearest))
        });
        let forms = names.iter().map(|name| (variable_name(name), *name));
        let forms: BTreeMap<_, _> = forms.collect();
        let variables = self.environment.unknown.iter();
        let absent = variables.filter(|(form, _)| !forms.contains_key(*form));
        let in_environment = absent.map(|(form, section)| {
            let near = file::nearest(form, forms.keys().map(String::as_str));
            let nearest = near.and_then(|near| forms.get(near).copied());
            (section.head(), unknown(form, section, nearest))
        });
        in_file.chain(in_environment).collect()
    }
}

/// Settings from outside of the program.
impl Registry {
    /// Puts a file of settings, and above it the environment, around what was declared.
    ///
    /// Key by key, a later layer wins: the default, the table `[default]` of the file, the attribute,
    /// the table `[breakers.NAME]` of the file, the environment, and [`configure`](Self::configure). The keys and
    /// their values are those of the attribute; optional ones take `"off"`. With `force` set to
    /// `"open"`, `"closed"` or `"off"` an override is set or cleared. A variable of the environment
    /// is called `BREAKER_NAME__KEY`, in upper case and with `_` for all but letters and digits.
    ///
    /// What holds while the program runs is as for [`configure`](Self::configure). Loading again
    /// replaces all that was loaded before. What is asked for under a name that no breaker has is
    /// kept for when there is one, and is in the report.
    ///
    /// # Errors
    ///
    /// [`ConfigProblems`] has everything that is wrong, each with its file, line and column or its
    /// variable. Nothing is changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let file = std::env::temp_dir().join(format!("breakers-{}.toml", std::process::id()));
    /// std::fs::write(&file, r#"
    ///     [default]
    ///     open_for = "10s"
    ///
    ///     [breakers.payment]
    ///     threshold = 10
    /// "#)?;
    ///
    /// let registry = Registry::new();
    /// let payment = registry.get_or_create("payment", Config::new().threshold(3))?;
    /// registry.load(&file)?;
    /// assert_eq!(payment.config().threshold, Some(10));
    /// assert_eq!(payment.config().open_for, Duration::from_secs(10));
    /// # std::fs::remove_file(&file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(&self, path: impl AsRef<Path>) -> Result<LoadReport, ConfigProblems> {
        let path = path.as_ref();
        self.load_held(&read(path), path)
    }

    /// Does the same, and takes a name that no breaker has for an error.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load), and one for each name that no breaker has.
    pub fn load_strict(&self, path: impl AsRef<Path>) -> Result<LoadReport, ConfigProblems> {
        let path = path.as_ref();
        self.load_text(&read(path)?, path, std::env::vars_os(), true)
    }

    /// Loads what a file was found to hold.
    pub(super) fn load_held(
        &self,
        held: &Result<String, ConfigProblems>,
        path: &Path,
    ) -> Result<LoadReport, ConfigProblems> {
        match held {
            Ok(text) => self.load_text(text, path, std::env::vars_os(), false),
            Err(problems) => Err(problems.clone()),
        }
    }

    pub(super) fn load_text(
        &self,
        text: &str,
        path: &Path,
        vars: impl IntoIterator<Item = (OsString, OsString)>,
        strict: bool,
    ) -> Result<LoadReport, ConfigProblems> {
        let path = path.display().to_string();
        let changing = self.changing();
        let breakers = self.by_name();
        let names: Vec<_> = breakers.iter().map(CircuitBreaker::name).collect();
        let file = file::parse(text, &path);
        let environment = file::environment(vars, &names);
        let (file, environment) = match (file, environment) {
            (Ok(file), Ok(environment)) => (file, environment),
            (file, environment) => {
                let problems = [file.err(), environment.err()];
                let problems = problems.into_iter().flatten().flatten();
                return Err(ConfigProblems::new(problems.collect()));
            }
        };
        let loaded = Arc::new(Loaded {
            path,
            file,
            environment,
        });
        let unknown = loaded.unknown(&names);
        let mut problems = Vec::new();
        for breaker in &breakers {
            problems.extend(misfit(&loaded, breaker));
        }
        if strict {
            let missing = unknown.iter();
            problems.extend(missing.map(|(place, it)| place.problem(Unknown(it).to_string())));
        }
        if !problems.is_empty() {
            problems.dedup();
            return Err(ConfigProblems::new(problems));
        }
        // First where breakers that are being made look, then to all that are there.
        let before = self.shared.plan.replace(Arc::clone(&loaded));
        let breakers = self.by_name();
        for breaker in &breakers {
            let external = Arc::new(loaded.external(breaker.name()));
            // One that was made just now may not go with it, which it has been told.
            let _ = self.apply_layers(&changing, breaker, |layered| {
                layered.external = Some(Arc::clone(&external));
            });
        }
        // Listeners hear of overrides, and may load or configure.
        drop(changing);
        self.force(&breakers, before, Arc::clone(&loaded));
        let all = breakers.iter().map(CircuitBreaker::name);
        let asked = |name: &&str| loaded.section(name).or(loaded.variables(name)).is_some();
        Ok(LoadReport {
            configured: all.filter(asked).map(str::to_owned).collect(),
            unknown: unknown.into_iter().map(|(_, unknown)| unknown).collect(),
        })
    }

    /// Puts what was loaded around a breaker that has just been made.
    pub(super) fn plan_for(&self, breaker: &CircuitBreaker) {
        // Whoever loads after this look finds the breaker in the registry.
        if self.shared.plan.loaded().is_none() {
            return;
        }
        let changing = self.changing();
        let Some(loaded) = self.shared.plan.loaded() else {
            return;
        };
        let external = Arc::new(loaded.external(breaker.name()));
        let fits = self.apply_layers(&changing, breaker, |layered| {
            layered.external = Some(Arc::clone(&external));
        });
        drop(changing);
        if let Err(error) = fits {
            Core::refuse_settings(breaker, &error);
        }
        // An override goes with any settings.
        self.force(slice::from_ref(breaker), None, loaded);
    }

    /// Sets and clears the overrides that are asked for, until that is by what was loaded last: a
    /// listener or another thread may load meanwhile.
    fn force(
        &self,
        breakers: &[CircuitBreaker],
        mut before: Option<Arc<Loaded>>,
        mut loaded: Arc<Loaded>,
    ) {
        loop {
            for breaker in breakers {
                force(breaker, before.as_deref(), &loaded);
            }
            match self.shared.plan.loaded() {
                Some(last) if !Arc::ptr_eq(&last, &loaded) => {
                    before = Some(replace(&mut loaded, last));
                }
                _ => return,
            }
        }
    }

    pub(super) fn unknown_breakers(&self) -> Vec<UnknownBreaker> {
        let breakers = self.by_name();
        let names: Vec<_> = breakers.iter().map(CircuitBreaker::name).collect();
        let loaded = self.shared.plan.loaded();
        let unknown = loaded.iter().flat_map(|loaded| loaded.unknown(&names));
        unknown.map(|(_, unknown)| unknown).collect()
    }
}

/// Says why a breaker could not live by what is loaded.
fn misfit(loaded: &Loaded, breaker: &CircuitBreaker) -> Option<ConfigProblem> {
    let external = Arc::new(loaded.external(breaker.name()));
    let inconsistency = breaker
        .core()
        .inconsistency(|layered| layered.external = Some(external))?;
    let position = loaded.position(breaker.name(), inconsistency.settings());
    let name = breaker.name();
    Some(position.problem(format!(
        "circuit breaker `{name}`: {}",
        inconsistency.problem()
    )))
}

/// Sets or clears the override that is asked for, or was before.
fn force(breaker: &CircuitBreaker, before: Option<&Loaded>, loaded: &Loaded) {
    let reason = |by: &str| format!("asked for by {by}");
    let in_force = breaker.core().overridden();
    let is_by = |state, by: &str| {
        let in_force = in_force.as_ref();
        in_force.is_some_and(|it| it.state == state && it.reason == reason(by))
    };
    let wanted = loaded.force(breaker.name());
    match wanted {
        Some((Force::Open, by)) if !is_by(State::ForcedOpen, by) => {
            breaker.force_open(&reason(by), None);
        }
        Some((Force::Closed, by)) if !is_by(State::ForcedClosed, by) => {
            breaker.force_closed(&reason(by), None);
        }
        Some((Force::Open | Force::Closed, _)) => {}
        Some((Force::Off, _)) => breaker.clear_override(),
        None => {
            let before = before.and_then(|before| before.force(breaker.name()));
            let ours = before.is_some_and(|(_, by)| {
                is_by(State::ForcedOpen, by) || is_by(State::ForcedClosed, by)
            });
            if ours {
                breaker.clear_override();
            }
        }
    }
}

/// What a file holds, or why that cannot be told.
pub(super) fn read(path: &Path) -> Result<String, ConfigProblems> {
    let problem = |problem| {
        let place = Position::whole(&path.display().to_string());
        ConfigProblems::new(vec![place.problem(problem)])
    };
    let held =
        std::fs::read(path).map_err(|error| problem(format!("it cannot be read: {error}")))?;
    String::from_utf8(held).map_err(|error| problem(format!("it is not UTF-8: {error}")))
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
