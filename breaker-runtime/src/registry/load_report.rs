//! What came of loading settings.

use std::sync::Mutex;
use std::time::SystemTime;

use super::finding::UnknownBreaker;
use crate::config::file::ConfigProblems;
use crate::sync::PoisonError;

/// The result of loading settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadReport {
    /// The breakers that have settings under their names, sorted.
    pub configured: Vec<String>,
    /// The names with settings that no breaker has yet. Their settings are kept and applied when the breaker is made.
    pub unknown: Vec<UnknownBreaker>,
}

/// An attempt to load settings. [`Registry::last_load`](crate::Registry::last_load) returns the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadAttempt {
    /// When it ended, by the wall clock.
    pub at: SystemTime,
    /// The paths of the files, of which later ones override earlier ones; empty if only the environment was loaded.
    pub paths: Vec<String>,
    /// The report, or the problems because of which nothing has changed.
    pub result: Result<LoadReport, ConfigProblems>,
}

/// The last attempt to load settings.
#[derive(Debug, Default)]
pub(super) struct LastLoad {
    // Not from `sync`: the loom models load nothing.
    attempt: Mutex<Option<LoadAttempt>>,
}

impl LastLoad {
    pub(super) fn get(&self) -> Option<LoadAttempt> {
        let attempt = self.attempt.lock();
        attempt.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, attempt: LoadAttempt) {
        let before = {
            let mut last = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
            last.replace(attempt)
        };
        drop(before);
    }
}
