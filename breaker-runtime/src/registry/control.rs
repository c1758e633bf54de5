//! Acting on a registry in the name of an actor, and the most recent actions.

#[cfg(feature = "config")]
use std::path::Path;

use super::by_name::Registry;
#[cfg(feature = "config")]
use super::load_report::LoadReport;
#[cfg(feature = "config")]
use crate::config::file::ConfigProblems;
use crate::config::{ConfigError, Patch};
use crate::values::{Action, ActionKind, Actor, Attribution, Configured};

/// A handle that acts on a registry in the name of one actor. [`Registry::by`] returns it.
#[derive(Debug)]
pub struct RegistryControl<'a> {
    registry: &'a Registry,
    by: Attribution,
}

impl RegistryControl<'_> {
    /// Changes settings of a breaker at run time, as [`Registry::configure`] does.
    ///
    /// # Errors
    ///
    /// The errors of [`Registry::configure`].
    pub fn configure(
        &self,
        name: &str,
        patch: impl Into<Patch>,
    ) -> Result<Configured, ConfigError> {
        let patch = patch.into();
        self.registry
            .configure_by(name, &patch, &self.by, || Ok(()))
    }

    /// Takes back the settings that were configured, as [`Registry::unconfigure`] does.
    ///
    /// # Errors
    ///
    /// The errors of [`Registry::unconfigure`].
    pub fn unconfigure(&self, name: &str) -> Result<Configured, ConfigError> {
        self.registry.unconfigure_by(name, &self.by, || Ok(()))
    }

    /// Changes settings if `check`, which runs when no settings change any more, returns no error.
    #[cfg(feature = "admin")]
    pub(crate) fn configure_if<E: From<ConfigError>>(
        &self,
        name: &str,
        patch: &Patch,
        check: impl FnOnce() -> Result<(), E>,
    ) -> Result<Configured, E> {
        self.registry.configure_by(name, patch, &self.by, check)
    }

    /// Takes back the settings that were configured if `check`, which runs when no settings change any more, returns no
    /// error.
    #[cfg(feature = "admin")]
    pub(crate) fn unconfigure_if<E: From<ConfigError>>(
        &self,
        name: &str,
        check: impl FnOnce() -> Result<(), E>,
    ) -> Result<Configured, E> {
        self.registry.unconfigure_by(name, &self.by, check)
    }

    /// Loads settings from a TOML file and from the environment, as [`Registry::load`] does.
    ///
    /// The changes of settings are attributed to the actor. Overrides are attributed to the file or the variable,
    /// because only loading settings again can clear them.
    ///
    /// # Errors
    ///
    /// The errors of [`Registry::load`].
    #[cfg(feature = "config")]
    pub fn load(&self, path: impl AsRef<Path>) -> Result<LoadReport, ConfigProblems> {
        self.load_files([path])
    }

    /// Loads settings from several files, as [`Registry::load_files`] does.
    ///
    /// # Errors
    ///
    /// The errors of [`Registry::load_files`].
    #[cfg(feature = "config")]
    pub fn load_files<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<LoadReport, ConfigProblems> {
        let paths: Vec<_> = paths.into_iter().collect();
        self.registry.load_files_by(&paths, &self.by)
    }

    /// Loads settings as [`load`](Self::load) does, and treats a name that no breaker has as an error.
    ///
    /// # Errors
    ///
    /// The errors of [`Registry::load_strict`].
    #[cfg(feature = "config")]
    pub fn load_strict(&self, path: impl AsRef<Path>) -> Result<LoadReport, ConfigProblems> {
        self.registry.load_strict_by(path.as_ref(), &self.by)
    }

    /// Loads settings from the environment alone, as [`Registry::load_env`] does.
    ///
    /// # Errors
    ///
    /// The errors of [`Registry::load_env`].
    #[cfg(feature = "config")]
    pub fn load_env(&self) -> Result<LoadReport, ConfigProblems> {
        self.registry.load_env_by(&self.by)
    }

    /// Resets every breaker, as [`Registry::reset_all`] does.
    pub fn reset_all(&self) {
        self.registry.reset_all_by(&self.by);
    }
}

/// Control.
impl Registry {
    /// Returns a handle that acts on this registry in the name of an actor.
    ///
    /// Each action is recorded with the name and the reason of the actor.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Actor, Registry};
    ///
    /// let registry = Registry::new();
    /// registry.by(&Actor::new("alice")?.because("INC-42 is over")?).reset_all();
    /// assert_eq!(registry.actions()[0].by.actor.as_deref(), Some("alice"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by(&self, actor: &Actor) -> RegistryControl<'_> {
        RegistryControl {
            registry: self,
            by: actor.into(),
        }
    }

    /// Returns the last 256 actions on this registry and its breakers, oldest first.
    ///
    /// Transitions do not displace them. Actions on a breaker that was removed remain.
    pub fn actions(&self) -> Vec<Action> {
        self.inner.link.actions()
    }

    /// [Resets](crate::CircuitBreaker::reset) every breaker.
    pub fn reset_all(&self) {
        self.reset_all_by(&Attribution::default());
    }

    fn reset_all_by(&self, by: &Attribution) {
        let action = Action {
            at: self.inner.time.wall(),
            breaker: None,
            key: None,
            kind: ActionKind::ResetAll,
            by: by.clone(),
        };
        self.inner.link.log_action(&action);
        self.inner.link.add_action(action);
        for breaker in self.by_name() {
            breaker.reset_with_all(by);
        }
    }
}
