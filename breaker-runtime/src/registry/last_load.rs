//! What was loaded last, as an operator asks for it.

use std::path::Path;

use super::by_name::Registry;
use super::load_report::{LoadAttempt, LoadReport};
#[cfg(feature = "admin")]
use super::loaded::LoadedForce;
use crate::config::file::ConfigProblems;

impl Registry {
    /// Returns the last attempt to load settings, or `None` if there was none.
    ///
    /// It does not matter what made the attempt: a call of [`load`](Self::load) or one of its relatives, or a watch
    /// that noticed a change.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    ///
    /// let registry = Registry::new();
    /// assert!(registry.load("missing.toml").is_err());
    ///
    /// let last = registry.last_load().expect("it was made above");
    /// assert_eq!(last.paths, ["missing.toml"]);
    /// assert!(last.result.is_err());
    /// ```
    pub fn last_load(&self) -> Option<LoadAttempt> {
        self.inner.last_load.get()
    }

    /// Remembers the result of loading settings, and returns it.
    pub(super) fn remember_load<P: AsRef<Path>>(
        &self,
        paths: &[P],
        result: Result<LoadReport, ConfigProblems>,
    ) -> Result<LoadReport, ConfigProblems> {
        let paths = paths.iter().map(|path| path.as_ref().display().to_string());
        self.inner.last_load.set(LoadAttempt {
            at: self.inner.time.wall(),
            paths: paths.collect(),
            result: result.clone(),
        });
        result
    }

    /// Returns what the settings that were loaded last say about an override of a breaker, or `None` if nothing was
    /// loaded.
    #[cfg(feature = "admin")]
    pub(crate) fn loaded_force(&self, name: &str) -> Option<LoadedForce> {
        Some(self.inner.loaded.get()?.asked_force(name))
    }
}
