//! The settings in force.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Config, Key, Value};

/// The settings in force for a breaker: every key has its value.
///
/// The words are those of the attribute; see [`Config`] for what each one does.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Failures in a row that open the circuit; `None` if no such rule is in force.
    pub threshold: Option<u32>,
    /// How long the circuit stays open before it lets probes through.
    pub open_for: Duration,
    /// How many times longer each further opening without a recovery between lasts.
    pub backoff: f64,
    /// The ceiling of the open period.
    pub max_open_for: Duration,
    /// The share by which an open period is drawn longer or shorter.
    pub jitter: f64,
    /// Probes in flight at once while half open.
    pub half_open_calls: NonZeroU32,
    /// Successful probes that close the circuit.
    pub success_threshold: NonZeroU32,
    /// Failed probes that open it again.
    pub probe_failures: NonZeroU32,
    /// How long a probe may be silent before it counts as failed.
    pub probe_timeout: Duration,
}

impl Settings {
    /// The value that holds for a key that always has one; `threshold` may be off, which is zero.
    pub(crate) fn value(&self, key: Key) -> Value {
        match key {
            Key::Threshold => Value::Count(self.threshold.unwrap_or(0)),
            Key::OpenFor => Value::Period(self.open_for),
            Key::Backoff => Value::Factor(self.backoff),
            Key::MaxOpenFor => Value::Period(self.max_open_for),
            Key::Jitter => Value::Factor(self.jitter),
            Key::HalfOpenCalls => Value::Count(self.half_open_calls.get()),
            Key::SuccessThreshold => Value::Count(self.success_threshold.get()),
            Key::ProbeFailures => Value::Count(self.probe_failures.get()),
            Key::ProbeTimeout => Value::Period(self.probe_timeout),
        }
    }
}

const OPEN_FOR: Duration = Duration::from_secs(30);
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

impl Config {
    /// Fills in the defaults.
    pub(crate) fn settings(&self) -> Settings {
        let open_for = self.period(Key::OpenFor).unwrap_or(OPEN_FOR);
        let count = |key, default| {
            let given = self.count(key).and_then(NonZeroU32::new);
            given.unwrap_or(default)
        };
        Settings {
            threshold: Some(self.count(Key::Threshold).unwrap_or(5)),
            open_for,
            backoff: self.factor(Key::Backoff).unwrap_or(1.0),
            max_open_for: self
                .period(Key::MaxOpenFor)
                .unwrap_or_else(|| open_for.saturating_mul(10)),
            jitter: self.factor(Key::Jitter).unwrap_or(0.0),
            half_open_calls: count(Key::HalfOpenCalls, const { NonZeroU32::new(2).unwrap() }),
            success_threshold: count(Key::SuccessThreshold, const { NonZeroU32::new(3).unwrap() }),
            probe_failures: count(Key::ProbeFailures, NonZeroU32::MIN),
            probe_timeout: self
                .period(Key::ProbeTimeout)
                .unwrap_or_else(|| open_for.max(PROBE_TIMEOUT)),
        }
    }
}
