//! Verifying all declarations and loaded settings.

use super::by_name::Registry;
use super::declarations::declared_conflicts;
use super::finding::Finding;

impl Registry {
    /// Returns all mistakes in declarations and settings.
    ///
    /// A mistake is a disagreement between declarations, settings that were loaded for a breaker that does not exist,
    /// a setting of a breaker in this registry that has no effect because of another setting, or two breakers with
    /// [nearly the same name](crate::SimilarNames).
    ///
    /// A test should expect an empty list, or only similar names that are intended.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    ///
    /// assert_eq!(Registry::global().verify(), []);
    /// ```
    pub fn verify(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(declared_conflicts().into_iter().map(Finding::Conflict));
        #[cfg(feature = "config")]
        findings.extend(
            self.unknown_breakers()
                .into_iter()
                .map(Finding::UnknownBreaker),
        );
        for breaker in self.by_name() {
            let void = breaker.shared().void_settings().into_iter();
            findings.extend(void.map(Finding::VoidSetting));
        }
        let similar = self.similar_names().into_iter();
        findings.extend(similar.map(Finding::SimilarNames));
        findings
    }
}
