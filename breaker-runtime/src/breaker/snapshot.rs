//! A breaker at one instant.

use std::time::{Duration, SystemTime};

use crate::config::{Layers, Location, Settings};
use crate::machine::WindowCounts;
use crate::values::{Latency, Override, PastTransition, State, Totals, TransitionCount};

/// A breaker at one instant.
///
/// With the feature `config`, a snapshot implements `serde::Serialize`. Durations serialize as text such as `"30s"`
/// or `"1.5s"`, times as RFC 3339 text in UTC with milliseconds, states and reasons as their labels, and settings in
/// the syntax of a configuration file.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry, State};
///
/// let payment = Registry::new().get_or_create("payment", Config::new())?;
/// let _ = payment.call(|| Err::<(), _>("no route"));
///
/// let snapshot = payment.snapshot();
/// assert_eq!(snapshot.state, State::Closed);
/// assert_eq!(snapshot.failures_in_a_row, 1);
/// assert_eq!(snapshot.totals.calls, 1);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The name in the registry.
    pub name: String,
    /// The key, if the breaker is one of several of its name.
    pub key: Option<String>,
    /// The state as callers meet it.
    pub state: State,
    /// The state beneath any override.
    pub machine_state: State,
    /// The override in force.
    pub r#override: Option<Override>,
    /// The number of transitions and resets so far.
    pub generation: u64,
    /// When the machine entered its state.
    pub since: SystemTime,
    /// What the breaker counted since it was made.
    pub totals: Totals,
    /// The number of failures in a row while closed.
    pub failures_in_a_row: u32,
    /// The contents of the window, if the breaker has one.
    pub window: Option<WindowStats>,
    /// The share of calls that the ramp admits at present, while it rises.
    pub ramp: Option<f64>,
    /// The number of probes in flight while half open.
    pub probes_in_flight: usize,
    /// The length of the present open period.
    pub open_period: Option<Duration>,
    /// The rest of the open period, or of the override that holds the circuit open.
    pub retry_after: Option<Duration>,
    /// The latencies of calls, if the setting `latency` is or was on.
    pub latency: Option<Latency>,
    /// How often each kind of transition took place, in the order of their first occurrence.
    pub transitions: Vec<TransitionCount>,
    /// The last 64 transitions, oldest first.
    pub history: Vec<PastTransition>,
    /// The settings in force.
    pub config: Settings,
    /// The layer that each setting in force comes from.
    pub layers: Layers,
    /// Where the breaker was declared or made, the place that takes precedence first.
    pub declared_at: Vec<Location>,
}

/// The contents of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct WindowStats {
    /// The number of calls, including calls that became slow while in flight.
    pub calls: u64,
    /// The number of these calls that failed.
    pub failures: u64,
    /// The number of these calls that were slow.
    pub slow: u64,
    /// The share of failures; `None` while there are fewer than `min_calls` calls.
    pub failure_rate: Option<f64>,
    /// The share of slow calls; `None` while there are fewer than `min_calls` calls.
    pub slow_rate: Option<f64>,
}

impl WindowStats {
    pub(crate) fn new(counts: WindowCounts, settings: &Settings) -> Self {
        let min_calls = settings.min_calls.get();
        Self {
            calls: counts.calls,
            failures: counts.failures,
            slow: counts.slow,
            failure_rate: counts.failure_rate(min_calls),
            slow_rate: counts.slow_rate(min_calls),
        }
    }
}
