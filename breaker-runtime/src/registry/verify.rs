//! Verifying all declarations and loaded settings.

use super::by_name::Registry;
use super::declarations::declared_conflicts;
use super::finding::Finding;

impl Registry {
    /// Returns every disagreement between declarations, and settings that were loaded for breakers that do not exist.
    ///
    /// A test should expect an empty list.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    ///
    /// assert_eq!(Registry::global().verify(), []);
    /// ```
    pub fn verify(&self) -> Vec<Finding> {
        let conflicts = declared_conflicts().into_iter().map(Finding::Conflict);
        let unknown = self.unknown_breakers().into_iter();
        conflicts
            .chain(unknown.map(Finding::UnknownBreaker))
            .collect()
    }
}
