//! A look at one breaker at one instant.

use std::time::{Duration, SystemTime};

use crate::config::{Layers, Location, Settings};
use crate::history::{PastTransition, TransitionCount};
use crate::latency::Latency;
use crate::state::State;
use crate::totals::Totals;
use crate::window::Counts;

/// A breaker at one instant.
///
/// With the feature `config` it can be serialized, as all that is in it. Durations are text then, such
/// as `"30s"` or `"1.5s"`, and so are times, in the form of RFC 3339 in UTC, with milliseconds. States
/// and reasons are their labels, and the settings have the words of a file.
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
    /// Counts the transitions and resets.
    pub generation: u64,
    /// Since when the machine has been in its state.
    pub since: SystemTime,
    /// What was counted since the breaker was made.
    pub totals: Totals,
    /// Failures in a row while closed.
    pub failures_in_a_row: u32,
    /// What is in the window, if the breaker has one.
    pub window: Option<WindowStats>,
    /// The share of calls that pass while the ramp rises.
    pub ramp: Option<f64>,
    /// Probes in flight while half open.
    pub probes_in_flight: usize,
    /// How long this stay in the open state lasts.
    pub open_period: Option<Duration>,
    /// The rest of the open period, or of the override that holds the circuit open.
    pub retry_after: Option<Duration>,
    /// How long calls took, if that is kept or was kept before.
    pub latency: Option<Latency>,
    /// How often the state changed, by what it changed to and why; in the order in which each came first.
    pub transitions: Vec<TransitionCount>,
    /// The last 64 transitions, the latest one last.
    pub history: Vec<PastTransition>,
    /// The settings in force.
    pub config: Settings,
    /// Where each of them comes from.
    pub layers: Layers,
    /// Where the breaker was declared or made, the first place first.
    pub declared_at: Vec<Location>,
}

/// What is in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct WindowStats {
    /// Calls, those included that have become slow while in flight.
    pub calls: u64,
    /// Of these, failures.
    pub failures: u64,
    /// Of these, slow calls.
    pub slow: u64,
    /// The share of failures; `None` below `min_calls`.
    pub failure_rate: Option<f64>,
    /// The share of slow calls; `None` below `min_calls`.
    pub slow_rate: Option<f64>,
}

impl WindowStats {
    pub(crate) fn new(counts: Counts, settings: &Settings) -> Self {
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

/// An override: it stands beside the machine and hides its state from callers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Override {
    /// [`State::ForcedOpen`] or [`State::ForcedClosed`].
    pub state: State,
    /// The words of whoever set it.
    pub reason: String,
    /// When it ends by itself; `None` if it has to be cleared.
    pub until: Option<SystemTime>,
}
