//! The declaration of a breaker: one attribute in the source.

use std::time::Duration;

use super::probe::Probe;
use crate::config::{Config, Location, Source};

/// One attribute in the source.
#[derive(Debug)]
pub struct Declaration {
    pub(crate) name: &'static str,
    pub(crate) function: &'static str,
    pub(crate) location: Location,
    pub(crate) config: Config,
    pub(crate) names_registry: bool,
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) has_key: bool,
    pub(crate) probe: Option<Probe>,
}

impl Declaration {
    /// Makes a declaration; only expansions of the attribute call this.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        function: &'static str,
        location: Location,
        config: Config,
        names_registry: bool,
    ) -> Self {
        Self {
            name,
            function,
            location,
            config,
            names_registry,
            call_timeout: None,
            has_key: false,
            probe: None,
        }
    }

    /// Adds the setting `call_timeout`; only expansions of the attribute call this.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = Some(limit);
        self
    }

    /// Notes the setting `key`; only expansions of the attribute call this.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_key(mut self) -> Self {
        self.has_key = true;
        self
    }

    /// Adds the setting `probe`; only expansions of the attribute call this.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_probe(mut self, probe: Probe) -> Self {
        self.probe = Some(probe);
        self
    }

    /// Returns the breaker's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn name_ref(&'static self) -> &'static &'static str {
        &self.name
    }

    /// Returns the annotated function's name.
    pub fn function(&self) -> &'static str {
        self.function
    }

    /// Returns the position of the attribute in the source.
    pub fn location(&self) -> Location {
        self.location
    }

    /// Returns the settings of the breaker that the attribute contains.
    pub fn config(&self) -> Config {
        self.config
    }

    /// Returns the `call_timeout` of the function, if it has one.
    pub fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout
    }

    /// Returns whether the attribute has the setting `registry`; the first call then makes the breaker in that
    /// registry.
    pub fn names_registry(&self) -> bool {
        self.names_registry
    }

    /// Returns whether the attribute has the setting `key`, so that each key has a breaker of this name.
    pub fn has_key(&self) -> bool {
        self.has_key
    }

    /// Returns the order of precedence.
    ///
    /// Functions that one call of a `macro_rules!` macro makes have the same position; their names distinguish them.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        (self.location.rank(), self.function, self.location.module)
    }

    /// Returns what identifies the breaker: functions that name their registry never share one with functions that do
    /// not.
    pub(super) fn breaker(&self) -> (&'static str, bool) {
        (self.name, self.names_registry)
    }

    pub(crate) fn source(&self) -> Source {
        Source {
            config: self.config,
            location: self.location,
            call_timeout: self.call_timeout,
        }
    }
}
