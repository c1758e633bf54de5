//! Settings of a breaker: what was asked for, what is wrong with it, and what is in force.

mod error;
#[cfg(feature = "config")]
pub(crate) mod file;
mod grammar {
    //! The grammar that the attribute and this crate share: a symbolic link to a folder of `breaker-macros`.

    #[cfg(feature = "config")]
    pub(crate) mod duration;
    pub(crate) mod name;
    #[cfg(feature = "config")]
    pub(crate) mod words;
}
mod key;
mod layers;
mod merge;
mod name;
mod settings;
mod together;
mod window;

use std::fmt;
use std::time::Duration;

pub use self::error::{Claim, ConfigError, Conflict, Location};
#[cfg(feature = "config")]
pub use self::file::{ConfigProblem, ConfigProblems};
pub(crate) use self::key::{Key, Value};
pub(crate) use self::layers::Around;
#[cfg(feature = "config")]
pub(crate) use self::layers::Outside;
pub use self::layers::{Layer, Layers};
pub(crate) use self::merge::{Merged, Source};
pub(crate) use self::name::check_name;
pub use self::settings::Settings;
#[cfg(feature = "config")]
pub(crate) use self::together::Clash;
pub use self::window::{Window, WindowFrom};

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
        self.set(key, value);
        self
    }

    const fn set(&mut self, key: Key, value: Value) {
        self.values[key as usize] = Some(value);
    }

    /// Sets how many failures in a row open the circuit: at least 1, by default 5.
    pub const fn threshold(self, failures: u32) -> Self {
        self.with(Key::Threshold, Value::Count(failures))
    }

    /// Sets the window that rates and `max_failures` are judged over; by default there is none.
    pub const fn window(self, window: Window) -> Self {
        self.with(Key::Window, Value::Window(window))
    }

    /// Sets how many failures inside the window open the circuit: at least 1, by default no number
    /// does. Needs a window.
    pub const fn max_failures(self, failures: u32) -> Self {
        self.with(Key::MaxFailures, Value::Count(failures))
    }

    /// Sets the share of failures in the window that opens the circuit: above 0 and at most 1, by
    /// default none does. Needs a window; `threshold` is then in force only if it is set too.
    pub const fn failure_rate(self, rate: f64) -> Self {
        self.with(Key::FailureRate, Value::Factor(rate))
    }

    /// Sets how many calls have to be in the window before a rate is judged: at least 1, by default
    /// 20 or all of a smaller window.
    pub const fn min_calls(self, calls: u32) -> Self {
        self.with(Key::MinCalls, Value::Count(calls))
    }

    /// Sets from when on a call is slow: longer than zero, by default no call is.
    ///
    /// Without [`slow_rate`](Self::slow_rate) a slow call is a failure. A call that is still in
    /// flight counts as slow as soon as it has run that long.
    pub const fn slow_call(self, limit: Duration) -> Self {
        self.with(Key::SlowCall, Value::Period(limit))
    }

    /// Sets the share of slow calls in the window that opens the circuit: above 0 and at most 1, by
    /// default none does. Needs a window and `slow_call`.
    pub const fn slow_rate(self, rate: f64) -> Self {
        self.with(Key::SlowRate, Value::Factor(rate))
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

    /// Sets over how long the share of calls that pass rises from 10 % to 100 % after the circuit has
    /// closed: longer than zero, by default all pass at once.
    pub const fn ramp(self, time: Duration) -> Self {
        self.with(Key::Ramp, Value::Period(time))
    }

    /// Sets after how long a call that is cancelled counts as a failure, measured from the first
    /// time that its future was pending: longer than zero, by default `slow_call`, else 1 s. With
    /// `None` no cancelled call does.
    pub const fn cancel_after(self, limit: Option<Duration>) -> Self {
        match limit {
            Some(limit) => self.with(Key::CancelAfter, Value::Period(limit)),
            None => self.with(Key::CancelAfter, Value::Off),
        }
    }

    /// Sets how many breakers there are at most, one for each `key`: at least 1, by default 1024.
    ///
    /// Of interest to functions with a `key` only, as is [`idle_ttl`](Self::idle_ttl).
    pub const fn max_keys(self, keys: usize) -> Self {
        let most = u32::MAX as usize;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "more than that count as that many"
        )]
        let keys = if keys > most { u32::MAX } else { keys as u32 };
        self.with(Key::MaxKeys, Value::Count(keys))
    }

    /// Sets for how long the breaker of a `key` is kept that nobody uses: longer than zero, by
    /// default 10 min.
    ///
    /// One is given up only if it is closed and in nobody's hands. Before that time it makes room for a
    /// newcomer only if it has no failure in its counts.
    pub const fn idle_ttl(self, time: Duration) -> Self {
        self.with(Key::IdleTtl, Value::Period(time))
    }

    /// Sets whether the time that calls take is kept in a histogram; by default it is not.
    ///
    /// Every call then reads the precise clock twice. The histogram takes 2 KiB for each thread that
    /// calls.
    pub const fn latency(self, kept: bool) -> Self {
        self.with(Key::Latency, Value::Flag(kept))
    }

    /// Sets whether the program is of no use while the circuit is open; by default it is not.
    ///
    /// It changes nothing for calls: a health check is meant to fail then, not only to say that
    /// something is degraded.
    pub const fn critical(self, critical: bool) -> Self {
        self.with(Key::Critical, Value::Flag(critical))
    }

    /// The keys that were given, in the order of the documentation.
    pub(crate) fn given(&self) -> impl Iterator<Item = (Key, Value)> + '_ {
        let both = |key: Key| Some((key, self.values[key as usize]?));
        Key::ALL.into_iter().filter_map(both)
    }

    pub(crate) fn value(&self, key: Key) -> Option<Value> {
        self.values[key as usize]
    }

    /// Whether the key is given, and not turned off.
    fn is_on(&self, key: Key) -> bool {
        !matches!(self.value(key), None | Some(Value::Off))
    }

    /// Puts the keys that `later` gives over those of this configuration.
    pub(crate) fn overlay(&mut self, later: &Self) {
        for (value, later) in self.values.iter_mut().zip(&later.values) {
            if later.is_some() {
                *value = *later;
            }
        }
    }

    /// Checks each value by itself.
    #[inline]
    pub(crate) fn check_values(&self) -> Result<(), ConfigError> {
        for (key, value) in self.given() {
            if let Some(range) = key.refuse(value) {
                return Err(ConfigError::out_of_range(key, value, range));
            }
        }
        Ok(())
    }

    /// Checks each value by itself, then what they are together.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.check_values()?;
        match together::clashes(self).into_iter().next() {
            Some(clash) => Err(clash.into()),
            None => Ok(()),
        }
    }

    fn count(&self, key: Key) -> Option<u32> {
        match self.values[key as usize] {
            Some(Value::Count(count)) => Some(count),
            _ => None,
        }
    }

    fn window_shape(&self) -> Option<Window> {
        match self.values[Key::Window as usize] {
            Some(Value::Window(window)) => Some(window),
            _ => None,
        }
    }

    fn factor(&self, key: Key) -> Option<f64> {
        match self.values[key as usize] {
            Some(Value::Factor(factor)) => Some(factor),
            _ => None,
        }
    }

    #[inline]
    fn flag(&self, key: Key) -> bool {
        self.values[key as usize] == Some(Value::Flag(true))
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
    #[inline]
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
/// With the feature `config` they are written and read as the section of a file, by formats that
/// describe themselves, such as JSON: `{"open_for": "30s", "window": 100, "cancel_after": "off"}`. A key
/// that is not there or null overrides nothing; an unknown key or a value out of range is an error.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Overrides, Registry};
///
/// let registry = Registry::new();
/// let payment = registry.get_or_create("payment", Config::new())?;
/// let calmer = Overrides { threshold: Some(20), ..Overrides::default() };
/// registry.configure("payment", calmer)?;
/// assert_eq!(payment.config().threshold, Some(20));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Overrides {
    /// See [`Config::threshold`].
    pub threshold: Option<u32>,
    /// See [`Config::window`].
    pub window: Option<Window>,
    /// See [`Config::max_failures`].
    pub max_failures: Option<u32>,
    /// See [`Config::failure_rate`].
    pub failure_rate: Option<f64>,
    /// See [`Config::min_calls`].
    pub min_calls: Option<u32>,
    /// See [`Config::slow_call`].
    pub slow_call: Option<Duration>,
    /// See [`Config::slow_rate`].
    pub slow_rate: Option<f64>,
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
    /// See [`Config::ramp`].
    pub ramp: Option<Duration>,
    /// See [`Config::cancel_after`]; `Some(None)` turns it off.
    pub cancel_after: Option<Option<Duration>>,
    /// See [`Config::max_keys`].
    pub max_keys: Option<usize>,
    /// See [`Config::idle_ttl`].
    pub idle_ttl: Option<Duration>,
    /// See [`Config::latency`].
    pub latency: Option<bool>,
    /// See [`Config::critical`].
    pub critical: Option<bool>,
}

impl From<&Overrides> for Config {
    #[inline]
    fn from(given: &Overrides) -> Self {
        let mut config = Self::new();
        for (key, value) in [
            (Key::Threshold, given.threshold.map(Value::Count)),
            (Key::Window, given.window.map(Value::Window)),
            (Key::MaxFailures, given.max_failures.map(Value::Count)),
            (Key::FailureRate, given.failure_rate.map(Value::Factor)),
            (Key::MinCalls, given.min_calls.map(Value::Count)),
            (Key::SlowCall, given.slow_call.map(Value::Period)),
            (Key::SlowRate, given.slow_rate.map(Value::Factor)),
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
            (Key::Ramp, given.ramp.map(Value::Period)),
            (
                Key::CancelAfter,
                given
                    .cancel_after
                    .map(|limit| limit.map_or(Value::Off, Value::Period)),
            ),
            (Key::IdleTtl, given.idle_ttl.map(Value::Period)),
            (Key::Latency, given.latency.map(Value::Flag)),
            (Key::Critical, given.critical.map(Value::Flag)),
        ] {
            config.values[key as usize] = value;
        }
        match given.max_keys {
            Some(keys) => config.max_keys(keys),
            None => config,
        }
    }
}

#[cfg(test)]
mod tests;
