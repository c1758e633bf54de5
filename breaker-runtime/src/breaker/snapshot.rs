//! A breaker at one instant.

use std::time::{Duration, SystemTime};

use crate::config::{Layers, Location, Settings};
use crate::machine::WindowCounts;
use crate::values::{
    Action, Failures, FleetView, KeyStats, Latency, Outage, Override, PastTransition, State,
    Totals, TransitionCount,
};

/// A breaker at one instant.
///
/// With the feature `serde`, a snapshot implements `serde::Serialize`. Durations serialize as text such as `"30s"`
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
    /// The state as callers see it.
    pub state: State,
    /// The state beneath any override; with the setting `shadow`, the state that callers would meet without it.
    pub machine_state: State,
    /// The override in force, if there is one.
    pub r#override: Option<Override>,
    /// All overrides that are set, the one in force first.
    ///
    /// For the breaker of a key, the list includes the overrides of its name.
    pub overrides: Vec<Override>,
    /// The number of transitions and resets so far.
    pub generation: u64,
    /// When the machine entered its state, or was last reset.
    pub since: SystemTime,
    /// The totals since the breaker was made.
    pub totals: Totals,
    /// The number of failures in a row while closed.
    pub failures_in_a_row: u32,
    /// The contents of the window, if the breaker has one.
    ///
    /// While the circuit is not closed, these are the contents at the opening, which show why it opened.
    pub window: Option<WindowStats>,
    /// The share of calls that the ramp admits at this instant, if the circuit is ramping up.
    pub ramp: Option<f64>,
    /// The number of calls in flight that hold a place under `max_in_flight`; `None` without the setting.
    ///
    /// Calls that began before the setting was turned on hold none.
    pub in_flight: Option<u32>,
    /// The number of probes in flight while half open.
    pub probes_in_flight: usize,
    /// The progress of the probes while half open.
    pub probes: Option<ProbeProgress>,
    /// The sums over the keys, for the breaker of a name with keys.
    ///
    /// Calls go through the breakers of the keys. The state of this breaker is that of its override, or what callers
    /// that use it directly meet.
    pub key_stats: Option<KeyStats>,
    /// The length of the open period, if the circuit is open.
    pub open_period: Option<Duration>,
    /// The rest of the open period, or of the override that holds the circuit open.
    pub retry_after: Option<Duration>,
    /// What this instance knows of the circuit in its fleet, if the circuit is [shared](Settings::shared) and the registry
    /// has joined a fleet.
    pub fleet: Option<FleetView>,
    /// The latencies of calls, if the setting `latency` is or was on.
    pub latency: Option<Latency>,
    /// The time until the first part of each answer that arrived in parts: the first item of a stream, or the head of a
    /// response whose layer waits for the end of the body. A first part that fails the call is left out.
    ///
    /// [`latency`](Self::latency) has the time until the end of the same calls. A call whose reader left is not in it,
    /// unless it was a probe: such a probe is ignored, and ends when its reader leaves.
    /// `None` if there was no such answer while the setting `latency` was on.
    pub latency_to_head: Option<Latency>,
    /// The current outage, if there is one.
    pub outage: Option<Outage>,
    /// The last eight outages that have ended, oldest first.
    pub past_outages: Vec<Outage>,
    /// How often each kind of transition took place, in the order of their first occurrence.
    pub transitions: Vec<TransitionCount>,
    /// The last 64 transitions, oldest first.
    pub history: Vec<PastTransition>,
    /// The last 20 actions on this breaker, oldest first; transitions do not displace them.
    pub actions: Vec<Action>,
    /// The settings in force.
    pub config: Settings,
    /// The layer that each setting in force comes from.
    pub layers: Layers,
    /// Where the breaker was declared or made; the declaration that takes precedence comes first.
    pub declared_at: Vec<Location>,
}

/// The contents of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct WindowStats {
    /// The number of calls, including those that became slow while in flight.
    pub calls: u64,
    /// The number of these calls that failed.
    pub failures: u64,
    /// The failures of these calls, by kind.
    ///
    /// A window of time counts at most 65,535 failures of each kind in each tenth of its length.
    pub failures_by_kind: Failures,
    /// The number of these calls that were slow.
    pub slow: u64,
    /// The share of failures; `None` while there are fewer than `min_calls` calls.
    pub failure_rate: Option<f64>,
    /// The share of slow calls; `None` while there are fewer than `min_calls` calls.
    pub slow_rate: Option<f64>,
    /// Whether these are the contents at the last opening.
    ///
    /// They are while the circuit is open or half open. Calls that a forced closing admits meanwhile thaw the window.
    pub frozen: bool,
}

/// How the probes of one half-open stay went so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProbeProgress {
    /// The number of probes that succeeded.
    pub succeeded: u32,
    /// The number of probes that failed, were slow or exceeded `probe_timeout`.
    pub failed: u32,
    /// The number of successes that closes the circuit.
    pub success_threshold: u32,
    /// The number of failures that opens the circuit again.
    pub probe_failures: u32,
}

impl WindowStats {
    pub(crate) fn new(
        counts: WindowCounts,
        failures: Failures,
        frozen: bool,
        settings: &Settings,
    ) -> Self {
        let min_calls = settings.min_calls.get();
        Self {
            calls: counts.calls,
            failures: counts.failures.into(),
            failures_by_kind: failures,
            slow: counts.slow.into(),
            failure_rate: counts.failure_rate(min_calls),
            slow_rate: counts.slow_rate(min_calls),
            frozen,
        }
    }
}
