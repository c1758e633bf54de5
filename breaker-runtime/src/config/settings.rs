//! The settings in force.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Config, Key, Value, Window};

/// The settings in force for a breaker: every key has its value.
///
/// The words are those of the attribute; see [`Config`] for what each one does. With the feature
/// `config` they are serialized as the section of a file that asks for all of them: a duration is text
/// such as `"30s"`, and what is not in force is `"off"`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Failures in a row that open the circuit; `None` if no such rule is in force.
    pub threshold: Option<u32>,
    /// The window that rates and `max_failures` are judged over.
    pub window: Option<Window>,
    /// Failures inside the window that open the circuit.
    pub max_failures: Option<u32>,
    /// The share of failures in the window that opens the circuit.
    pub failure_rate: Option<f64>,
    /// Calls that have to be in the window before a rate is judged.
    pub min_calls: NonZeroU32,
    /// From when on a call is slow.
    pub slow_call: Option<Duration>,
    /// The share of slow calls in the window that opens the circuit; without it a slow call is a
    /// failure.
    pub slow_rate: Option<f64>,
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
    /// Over how long the share of calls that pass rises after the circuit has closed.
    pub ramp: Option<Duration>,
    /// After how long a cancelled call counts as a failure.
    pub cancel_after: Option<Duration>,
    /// How many breakers there are at most, one for each `key`.
    pub max_keys: NonZeroU32,
    /// For how long the breaker of a `key` is kept that nobody uses.
    pub idle_ttl: Duration,
    /// Whether the time that calls take is kept in a histogram.
    pub latency: bool,
    /// Whether the program is of no use while the circuit is open.
    pub critical: bool,
}

impl Settings {
    /// The value that is in force.
    pub(crate) fn value(&self, key: Key) -> Value {
        let count = |count: Option<u32>| count.map_or(Value::Off, Value::Count);
        let factor = |factor: Option<f64>| factor.map_or(Value::Off, Value::Factor);
        let period = |period: Option<Duration>| period.map_or(Value::Off, Value::Period);
        match key {
            Key::Threshold => count(self.threshold),
            Key::Window => self.window.map_or(Value::Off, Value::Window),
            Key::MaxFailures => count(self.max_failures),
            Key::FailureRate => factor(self.failure_rate),
            Key::MinCalls => Value::Count(self.min_calls.get()),
            Key::SlowCall => period(self.slow_call),
            Key::SlowRate => factor(self.slow_rate),
            Key::OpenFor => Value::Period(self.open_for),
            Key::Backoff => Value::Factor(self.backoff),
            Key::MaxOpenFor => Value::Period(self.max_open_for),
            Key::Jitter => Value::Factor(self.jitter),
            Key::HalfOpenCalls => Value::Count(self.half_open_calls.get()),
            Key::SuccessThreshold => Value::Count(self.success_threshold.get()),
            Key::ProbeFailures => Value::Count(self.probe_failures.get()),
            Key::ProbeTimeout => Value::Period(self.probe_timeout),
            Key::Ramp => period(self.ramp),
            Key::CancelAfter => period(self.cancel_after),
            Key::MaxKeys => Value::Count(self.max_keys.get()),
            Key::IdleTtl => Value::Period(self.idle_ttl),
            Key::Latency => Value::Flag(self.latency),
            Key::Critical => Value::Flag(self.critical),
        }
    }
}

const MAX_KEYS: NonZeroU32 = const { NonZeroU32::new(1024).unwrap() };
const IDLE_TTL: Duration = Duration::from_secs(600);
const OPEN_FOR: Duration = Duration::from_secs(30);
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);
const MIN_CALLS: NonZeroU32 = const { NonZeroU32::new(20).unwrap() };
/// The limit that Hystrix set to a call unless it was told otherwise.
const CANCEL_AFTER: Duration = Duration::from_secs(1);

impl Config {
    /// Fills in the defaults; `call_timeout` is the longest of the functions behind the breaker.
    pub(crate) fn settings(&self, call_timeout: Option<Duration>) -> Settings {
        let open_for = self.period(Key::OpenFor).unwrap_or(OPEN_FOR);
        let count = |key, default| {
            let given = self.count(key).and_then(NonZeroU32::new);
            given.unwrap_or(default)
        };
        let window = self.window_shape();
        let failure_rate = self.factor(Key::FailureRate);
        let slow_call = self.period(Key::SlowCall);
        // A rate takes the place of the rule of failures in a row, unless that is asked for.
        let threshold = failure_rate.is_none().then_some(5);
        let window_calls = match window {
            Some(Window::Calls(calls)) => Some(calls),
            _ => None,
        };
        Settings {
            threshold: match self.value(Key::Threshold) {
                None => threshold,
                Some(_) => self.count(Key::Threshold),
            },
            window,
            // More than a window holds would never be met; several declarations can come to that.
            max_failures: self
                .count(Key::MaxFailures)
                .map(|failures| window_calls.map_or(failures, |calls| failures.min(calls))),
            failure_rate,
            min_calls: match window_calls.and_then(NonZeroU32::new) {
                Some(calls) => count(Key::MinCalls, MIN_CALLS).min(calls),
                None => count(Key::MinCalls, MIN_CALLS),
            },
            slow_call,
            slow_rate: self.factor(Key::SlowRate),
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
                .or_else(|| call_timeout.map(|limit| limit.saturating_mul(2)))
                .unwrap_or_else(|| open_for.max(PROBE_TIMEOUT)),
            ramp: self.period(Key::Ramp),
            cancel_after: match self.value(Key::CancelAfter) {
                Some(Value::Period(limit)) => Some(limit),
                Some(_) => None,
                None => Some(slow_call.unwrap_or(CANCEL_AFTER)),
            },
            max_keys: count(Key::MaxKeys, MAX_KEYS),
            idle_ttl: self.period(Key::IdleTtl).unwrap_or(IDLE_TTL),
            latency: self.flag(Key::Latency),
            critical: self.flag(Key::Critical),
        }
    }
}
