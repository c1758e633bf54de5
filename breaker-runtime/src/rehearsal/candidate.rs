//! Settings to rehearse.

use crate::breaker::CircuitBreaker;
use crate::config::{Config, ConfigError, Settings};

/// Settings to rehearse, with a name for the report.
///
/// The settings `shadow` and `shared` have no effect: a rehearsal rejects what the settings say, and it has no fleet.
///
/// # Examples
///
/// ```
/// use breaker_runtime::Config;
/// use breaker_runtime::rehearsal::Candidate;
///
/// let candidate = Candidate::new("ten in a row", Config::new().threshold(10))?;
/// assert_eq!(candidate.settings().threshold, Some(10));
///
/// let error = Candidate::new("half", Config::new().failure_rate(0.5)).unwrap_err();
/// assert_eq!(error.to_string(), "`failure_rate` needs a `window`");
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    name: String,
    settings: Settings,
    seed: u64,
}

impl Candidate {
    /// Makes a candidate of settings, and of the defaults for all others.
    ///
    /// A `call_timeout` is that of every call. The name is only for the report.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] for a value out of range and for settings that cannot be met together.
    pub fn new(name: impl Into<String>, config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        let call_timeout = config.settings(None).call_timeout;
        Ok(Self::in_force(name, config.settings(call_timeout)))
    }

    /// Makes a candidate of the settings that a breaker has now.
    pub fn of_breaker(breaker: &CircuitBreaker) -> Self {
        Self::in_force(breaker.name(), breaker.config())
    }

    pub(crate) fn in_force(name: impl Into<String>, settings: Settings) -> Self {
        let settings = Settings {
            shadow: false,
            shared: false,
            ..settings
        };
        Self {
            name: name.into(),
            settings,
            seed: 0,
        }
    }

    /// Sets the seed of the random numbers, which only `jitter` draws. The default is 0.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Returns the name for the report.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the seed of the random numbers.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}
