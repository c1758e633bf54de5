//! Loading settings from a file and from the environment.

use std::ffi::OsString;
use std::path::Path;

use super::by_name::Registry;
use super::declaration::Declaration;
use super::declarations::declarations;
use super::finding::{Unknown, UnknownBreaker};
use super::load_report::LoadReport;
use super::loaded::LoadedSettings;
use super::texts::{Texts, read};
use crate::breaker::{Announcement, CircuitBreaker};
use crate::config::file::{self, ConfigProblem, ConfigProblems};
use crate::sync::Arc;
use crate::time::Tick;
use crate::values::{Action, ActionKind, Attribution, Layer};

/// Settings from outside the program.
impl Registry {
    /// Loads settings from a TOML file and from the environment.
    ///
    /// Each setting has the value of the last of these layers that sets it: the default, the table `[default]` of the
    /// file, variables for all breakers, the attribute, the group of the breaker, its table `[breakers.NAME]`,
    /// variables for one breaker, and [`configure`](Self::configure). The settings have the names and values of the
    /// attribute; optional settings also accept `"off"`.
    ///
    /// A variable for one breaker is named `BREAKER_NAME__SETTING`, in upper case and with `_` in place of every
    /// character that is not a letter or digit. A variable for all breakers is named `BREAKER__SETTING`.
    ///
    /// A table `[groups.NAME]` has settings for each breaker with `group = "NAME"` in its table. They belong to the
    /// layer of that table, in which the settings of the breaker take precedence over those of the group.
    ///
    /// `force` with `"open"`, `"closed"` or `"off"` sets or clears an override, with the same precedence. So
    /// `force = "closed"` in the table `[default]`, or the variable `BREAKER__FORCE=closed`, is one switch for all
    /// breakers that have no `force` in their table, their group or a variable.
    ///
    /// The settings take effect as with [`configure`](Self::configure). Loading again replaces everything that was
    /// loaded before. Settings under a name that no breaker has are kept until there is one, and listed in the
    /// report.
    ///
    /// # Errors
    ///
    /// [`ConfigProblems`] lists everything that is wrong, each with its file, line and column or its variable.
    /// Nothing changes then.
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
        self.load_files([path])
    }

    /// Loads settings as [`load`](Self::load) does, from several files, of which later ones override earlier ones.
    ///
    /// So one file can have what all deployments share, and the next one what differs. A setting replaces the same
    /// setting in the same table of earlier files; all other settings stay. A table can name a group from any of the
    /// files. If there are no files, only the environment is loaded, as by [`load_env`](Self::load_env).
    ///
    /// # Errors
    ///
    /// The errors of [`load`](Self::load), in the order of the files. Nothing changes then.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let folder = std::env::temp_dir();
    /// let [base, over] = ["base", "over"].map(|name| folder.join(format!("{name}-{}.toml", std::process::id())));
    /// std::fs::write(&base, "[breakers.payment]\nthreshold = 10\nopen_for = \"20s\"\n")?;
    /// std::fs::write(&over, "[breakers.payment]\nopen_for = \"1s\"\n")?;
    ///
    /// let registry = Registry::new();
    /// let payment = registry.get_or_create("payment", Config::new())?;
    /// registry.load_files([&base, &over])?;
    /// assert_eq!(payment.config().threshold, Some(10));
    /// assert_eq!(payment.config().open_for, Duration::from_secs(1));
    /// # std::fs::remove_file(&base)?;
    /// # std::fs::remove_file(&over)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load_files<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<LoadReport, ConfigProblems> {
        let paths: Vec<_> = paths.into_iter().collect();
        self.load_files_by(&paths, &Attribution::default())
    }

    pub(super) fn load_files_by<P: AsRef<Path>>(
        &self,
        paths: &[P],
        by: &Attribution,
    ) -> Result<LoadReport, ConfigProblems> {
        self.load_held(paths, &Texts::read(paths, read), by)
    }

    /// Loads settings from the environment alone, as [`load`](Self::load) does with an empty file.
    ///
    /// Everything that was loaded before is replaced, including the settings of a file.
    ///
    /// # Errors
    ///
    /// [`ConfigProblems`] lists everything that is wrong, each with its variable. Nothing changes then.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    ///
    /// // In an environment with `BREAKER_PAYMENT__THRESHOLD=10` and `BREAKER__OPEN_FOR=20s`, all breakers have
    /// // `open_for = "20s"`, unless their attribute sets it, and `payment` has `threshold = 10`.
    /// let report = Registry::global().load_env()?;
    /// for unknown in &report.unknown {
    ///     eprintln!("{unknown}"); // a variable for a breaker that does not exist
    /// }
    /// # Ok::<(), breaker_runtime::ConfigProblems>(())
    /// ```
    pub fn load_env(&self) -> Result<LoadReport, ConfigProblems> {
        self.load_env_by(&Attribution::default())
    }

    pub(super) fn load_env_by(&self, by: &Attribution) -> Result<LoadReport, ConfigProblems> {
        self.load_texts(&[], std::env::vars_os(), false, by)
    }

    /// Loads settings as [`load`](Self::load) does, and treats a name that no breaker has as an error.
    ///
    /// # Errors
    ///
    /// The errors of [`load`](Self::load), and one for each name that no breaker has. Nothing changes then.
    pub fn load_strict(&self, path: impl AsRef<Path>) -> Result<LoadReport, ConfigProblems> {
        self.load_strict_by(path.as_ref(), &Attribution::default())
    }

    pub(super) fn load_strict_by(
        &self,
        path: &Path,
        by: &Attribution,
    ) -> Result<LoadReport, ConfigProblems> {
        match Texts::read(&[path], read) {
            Ok(texts) => self.load_texts(&texts.files(), std::env::vars_os(), true, by),
            Err(problems) => self.remember_load(&[path], Err(problems)),
        }
    }

    /// Loads files that have already been read.
    pub(super) fn load_held<P: AsRef<Path>>(
        &self,
        paths: &[P],
        held: &Result<Texts, ConfigProblems>,
        by: &Attribution,
    ) -> Result<LoadReport, ConfigProblems> {
        match held {
            Ok(texts) => self.load_texts(&texts.files(), std::env::vars_os(), false, by),
            Err(problems) => self.remember_load(paths, Err(problems.clone())),
        }
    }

    /// Loads files, each with its path and its text.
    pub(crate) fn load_texts(
        &self,
        files: &[(&str, &str)],
        vars: impl IntoIterator<Item = (OsString, OsString)>,
        strict: bool,
        by: &Attribution,
    ) -> Result<LoadReport, ConfigProblems> {
        let paths: Vec<_> = files.iter().map(|(path, _)| path).collect();
        self.remember_load(&paths, self.try_load_texts(files, vars, strict, by))
    }

    fn try_load_texts(
        &self,
        files: &[(&str, &str)],
        vars: impl IntoIterator<Item = (OsString, OsString)>,
        strict: bool,
        by: &Attribution,
    ) -> Result<LoadReport, ConfigProblems> {
        let changing = self.changing();
        let breakers = self.by_name();
        let names: Vec<_> = breakers.iter().map(CircuitBreaker::name).collect();
        let file = file::parse(files);
        let environment = file::environment(vars, &names);
        let (file, environment) = match (file, environment) {
            (Ok(file), Ok(environment)) => (file, environment),
            (file, environment) => {
                let problems = [file.err(), environment.err()];
                let problems = problems.into_iter().flatten().flatten();
                return Err(ConfigProblems::new(problems.collect()));
            }
        };
        let loaded = Arc::new(LoadedSettings {
            path: files
                .first()
                .map_or("environment", |(path, _)| *path)
                .to_owned(),
            file,
            environment,
        });
        let unknown = loaded.unknown(&names, &declared_elsewhere());
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
        // Replaced before the existing breakers change: a breaker that is being made looks there.
        let before = self.inner.loaded.replace(Arc::clone(&loaded));
        let action = Action {
            at: changing.reading.at(Tick::default()).wall,
            breaker: None,
            key: None,
            kind: ActionKind::Load {
                paths: files.iter().map(|(path, _)| (*path).to_owned()).collect(),
            },
            by: by.clone(),
        };
        self.inner.link.add_action(action.clone());
        let breakers = self.by_name();
        for breaker in &breakers {
            let external = Arc::new(loaded.external(breaker.name()));
            // A breaker created concurrently may not fit; it has already announced `SettingsRejected`.
            let place = |setting, [old, new]: [Layer; 2]| match &before {
                // The setting is no longer given where it was.
                Some(before) if old > new => before.place(breaker.name(), setting, old),
                _ => loaded.place(breaker.name(), setting, new),
            };
            let announcement = Announcement {
                action: None,
                by,
                place: &place,
            };
            let _ = self.apply_layers(&changing, breaker, Some(&announcement), |layered| {
                layered.external = Some(Arc::clone(&external));
            });
            breaker.force_external(loaded.force(breaker.name()), changing.reading);
        }
        // Listeners may load or configure.
        drop(changing);
        self.inner.link.log_action(&action);
        for breaker in &breakers {
            breaker.deliver_all_queued();
        }
        let all = breakers.iter().map(CircuitBreaker::name);
        let asked = |name: &&str| loaded.section(name).or(loaded.variables(name)).is_some();
        Ok(LoadReport {
            configured: all.filter(asked).map(str::to_owned).collect(),
            unknown: unknown.into_iter().map(|(_, unknown)| unknown).collect(),
        })
    }

    /// Applies what was loaded to a breaker that was just made.
    pub(super) fn apply_loaded(&self, breaker: &CircuitBreaker) {
        // A load that starts after this check finds the breaker in the registry.
        if self.inner.loaded.get().is_none() {
            return;
        }
        let changing = self.changing();
        let Some(loaded) = self.inner.loaded.get() else {
            return;
        };
        let external = Arc::new(loaded.external(breaker.name()));
        let fits = self.apply_layers(&changing, breaker, None, |layered| {
            layered.external = Some(Arc::clone(&external));
        });
        // An override is valid with any settings.
        breaker.force_external(loaded.force(breaker.name()), changing.reading);
        drop(changing);
        if let Err(error) = fits {
            breaker.announce_rejected_settings(&error);
        }
        breaker.deliver_all_queued();
    }

    pub(super) fn unknown_breakers(&self) -> Vec<UnknownBreaker> {
        let breakers = self.by_name();
        let names: Vec<_> = breakers.iter().map(CircuitBreaker::name).collect();
        let loaded = self.inner.loaded.get();
        let elsewhere = declared_elsewhere();
        let unknown = loaded
            .iter()
            .flat_map(|loaded| loaded.unknown(&names, &elsewhere));
        unknown.map(|(_, unknown)| unknown).collect()
    }
}

/// Returns the names of functions that name their registry: their breakers exist from the first call on.
fn declared_elsewhere() -> Vec<&'static str> {
    let declarations = declarations().into_iter();
    let elsewhere = declarations.filter(|declaration| declaration.names_registry());
    elsewhere.map(Declaration::name).collect()
}

/// Returns why a breaker cannot have the loaded settings.
fn misfit(loaded: &LoadedSettings, breaker: &CircuitBreaker) -> Option<ConfigProblem> {
    let external = Arc::new(loaded.external(breaker.name()));
    let inconsistency = breaker
        .shared()
        .inconsistency(|layered| layered.external = Some(external))?;
    let position = loaded.position(breaker.name(), inconsistency.settings());
    let name = breaker.name();
    Some(position.problem(format!(
        "circuit breaker `{name}`: {}",
        inconsistency.problem()
    )))
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
