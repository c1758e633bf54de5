//! Settings of a breaker: what was asked for, what is wrong with it, and what is in force.

mod error;
mod key;
mod merge;
mod name;
mod settings;

use std::fmt;
use std::time::Duration;

pub use self::error::{Claim, ConfigError, Conflict, Location};
pub(crate) use self::key::{Key, Value};
pub(crate) use self::merge::{Merged, Source};
pub(crate) use self::name::check_name;
pub use self::settings::Settings;

/// The settings that are asked for; every key that is left out keeps its default.
///
/// A const builder with the words of the attribute. Nothing is checked until the breaker is made:
/// a wrong value is a [`ConfigError`] that names the key and what it may hold.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Registry};
///
/// const PAYMENT: Config = Config::new().threshold(3).open_for(Duration::from_secs(10));
///
/// let registry = Registry::new();
/// let payment = registry.get_or_create("payment", PAYMENT)?;
/// assert_eq!(payment.config().threshold, Some(3));
///
/// let error = registry.get_or_create("mail", Config::new().threshold(0)).unwrap_err();
/// assert_eq!(error.to_string(), "`threshold` must be at least 1, not 0");
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[must_use = "a configuration does nothing until a breaker is made with it"]
#[derive(Clone, Copy, PartialEq)]
pub struct Config {
    values: [Option<Value>; Key::ALL.len()],
}

impl Config {
    /// Makes a configuration that leaves every key at its default.
    pub const fn new() -> Self {
        Self {
            values: [None; Key::ALL.len()],
        }
    }

    const fn with(mut self, key: Key, value: Value) -> Self {
        self.values[key as usize] = Some(value);
        self
    }

    /// Sets how many failures in a row open the circuit: at least 1, by default 5.
    pub const fn threshold(self, failures: u32) -> Self {
        self.with(Key::Threshold, Value::Count(failures))
    }

    /// Sets how long the circuit stays open before it lets probes through: longer than zero, by
    /// default 30 s.
    pub const fn open_for(self, period: Duration) -> Self {
        self.with(Key::OpenFor, Value::Period(period))
    }

    /// Sets by how much longer each further opening without a recovery between lasts: at least 1,
    /// by default 1.
    pub const fn backoff(self, factor: f64) -> Self {
        self.with(Key::Backoff, Value::Factor(factor))
    }

    /// Sets the ceiling of the open period: at least `open_for`, by default 10 times as long.
    pub const fn max_open_for(self, period: Duration) -> Self {
        self.with(Key::MaxOpenFor, Value::Period(period))
    }

    /// Sets the share by which each open period is drawn longer or shorter: 0 to 1, by default 0.
    pub const fn jitter(self, share: f64) -> Self {
        self.with(Key::Jitter, Value::Factor(share))
    }

    /// Sets how many probes may be in flight at once while half open: at least 1, by default 2.
    pub const fn half_open_calls(self, probes: u32) -> Self {
        self.with(Key::HalfOpenCalls, Value::Count(probes))
    }

    /// Sets how many successful probes close the circuit: at least 1, by default 3.
    pub const fn success_threshold(self, probes: u32) -> Self {
        self.with(Key::SuccessThreshold, Value::Count(probes))
    }

    /// Sets how many failed probes open the circuit again: at least 1, by default 1.
    pub const fn probe_failures(self, probes: u32) -> Self {
        self.with(Key::ProbeFailures, Value::Count(probes))
    }

    /// Sets how long a probe may be silent before it counts as failed: longer than zero, by default
    /// the longer of `open_for` and 30 s.
    pub const fn probe_timeout(self, limit: Duration) -> Self {
        self.with(Key::ProbeTimeout, Value::Period(limit))
    }

    /// The keys that were given, in the order of the documentation.
    pub(crate) fn given(&self) -> impl Iterator<Item = (Key, Value)> + '_ {
        let both = |key: Key| Some((key, self.values[key as usize]?));
        Key::ALL.into_iter().filter_map(both)
    }

    pub(crate) fn value(&self, key: Key) -> Option<Value> {
        self.values[key as usize]
    }

    /// Puts the keys that `later` gives over those of this configuration.
    pub(crate) fn overlaid(mut self, later: &Self) -> Self {
        for (key, value) in later.given() {
            self = self.with(key, value);
        }
        self
    }

    /// Checks each value by itself, then what they are together.
    pub(crate) fn check(&self) -> Result<Settings, ConfigError> {
        for (key, value) in self.given() {
            if let Some(range) = key.refuse(value) {
                return Err(ConfigError::out_of_range(key, value, range));
            }
        }
        let settings = self.settings();
        if settings.max_open_for < settings.open_for {
            return Err(ConfigError::CeilingTooLow {
                open_for: settings.open_for,
                max_open_for: settings.max_open_for,
            });
        }
        Ok(settings)
    }

    fn count(&self, key: Key) -> Option<u32> {
        match self.values[key as usize] {
            Some(Value::Count(count)) => Some(count),
            _ => None,
        }
    }

    fn factor(&self, key: Key) -> Option<f64> {
        match self.values[key as usize] {
            Some(Value::Factor(factor)) => Some(factor),
            _ => None,
        }
    }

    fn period(&self, key: Key) -> Option<Duration> {
        match self.values[key as usize] {
            Some(Value::Period(period)) => Some(period),
            _ => None,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Config");
        for (key, value) in self.given() {
            shown.field(key.name(), &format_args!("{value}"));
        }
        shown.finish_non_exhaustive()
    }
}

/// Settings to put over those in force, at run time, key by key.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Overrides, Registry};
///
/// let registry = Registry::new();
/// let payment = registry.get_or_create("payment", Config::new())?;
/// let calmer = Overrides { threshold: Some(20), ..Overrides::default() };
/// registry.configure("payment", &calmer)?;
/// assert_eq!(payment.config().threshold, Some(20));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// See [`Config::threshold`].
    pub threshold: Option<u32>,
    /// See [`Config::open_for`].
    pub open_for: Option<Duration>,
    /// See [`Config::backoff`].
    pub backoff: Option<f64>,
    /// See [`Config::max_open_for`].
    pub max_open_for: Option<Duration>,
    /// See [`Config::jitter`].
    pub jitter: Option<f64>,
    /// See [`Config::half_open_calls`].
    pub half_open_calls: Option<u32>,
    /// See [`Config::success_threshold`].
    pub success_threshold: Option<u32>,
    /// See [`Config::probe_failures`].
    pub probe_failures: Option<u32>,
    /// See [`Config::probe_timeout`].
    pub probe_timeout: Option<Duration>,
}

impl From<&Overrides> for Config {
    fn from(given: &Overrides) -> Self {
        let mut config = Self::new();
        for (key, value) in [
            (Key::Threshold, given.threshold.map(Value::Count)),
            (Key::OpenFor, given.open_for.map(Value::Period)),
            (Key::Backoff, given.backoff.map(Value::Factor)),
            (Key::MaxOpenFor, given.max_open_for.map(Value::Period)),
            (Key::Jitter, given.jitter.map(Value::Factor)),
            (Key::HalfOpenCalls, given.half_open_calls.map(Value::Count)),
            (
                Key::SuccessThreshold,
                given.success_threshold.map(Value::Count),
            ),
            (Key::ProbeFailures, given.probe_failures.map(Value::Count)),
            (Key::ProbeTimeout, given.probe_timeout.map(Value::Period)),
        ] {
            config.values[key as usize] = value;
        }
        config
    }
}

#[cfg(test)]
mod tests;
