//! The sums over the breakers of all keys of one name.

use std::time::SystemTime;

use super::latency::Latency;
use super::state::State;
use super::totals::Totals;
use super::transition::TransitionCount;

/// The sums over the breakers of one name, one breaker for each key.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry, State};
///
/// let registry = Registry::new();
/// let sick = registry.get_or_create_keyed("fetch", "sick.example", Config::new())?;
/// registry.get_or_create_keyed("fetch", "well.example", Config::new())?;
/// sick.trip();
///
/// let stats = registry.key_stats("fetch").expect("it has keys");
/// assert_eq!(stats.keys, 2);
/// assert_eq!(stats.in_state(State::Open), 1);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct KeyStats {
    /// The name that the breakers share.
    pub name: String,
    /// The number of keys that have a breaker.
    pub keys: usize,
    /// The number of keys in each state; states with no key are omitted.
    pub states: Vec<(State, usize)>,
    /// The number of keys in each state among those that were used within `idle_ttl`.
    pub recent_states: Vec<(State, usize)>,
    /// The number of keys in each state beneath overrides and the setting `shadow`.
    pub machine_states: Vec<(State, usize)>,
    /// The number of calls whose key got no entry because all `max_keys` entries were busy.
    ///
    /// Each of these calls went through a breaker that served only this call.
    pub unlisted: u64,
    /// The totals of the breakers, including evicted ones, without dates.
    pub totals: Totals,
    /// How often each kind of transition happened, including those of evicted breakers.
    pub transitions: Vec<TransitionCount>,
    /// The number of probes in flight.
    pub probes_in_flight: usize,
    /// The number of calls in flight that hold a place under `max_in_flight`; `None` without the setting.
    pub in_flight: Option<u64>,
    /// When the oldest current outage of a key began, if there is one.
    pub outage_since: Option<SystemTime>,
    /// The latencies of all calls, including those of evicted breakers, if the setting `latency` is or was on.
    pub latency: Option<Latency>,
    /// The time until the first part of each answer that arrived in parts, including those of evicted breakers, as
    /// [`Snapshot::latency_to_head`](crate::Snapshot::latency_to_head) has it.
    pub latency_to_head: Option<Latency>,
}

/// What the sums over all keys need of one breaker.
#[derive(Clone, Copy)]
pub(crate) struct KeyReading {
    pub(crate) state: State,
    pub(crate) machine_state: State,
    pub(crate) probes_in_flight: usize,
    pub(crate) in_flight: Option<u32>,
    /// When the present outage began.
    pub(crate) outage_since: Option<SystemTime>,
}

impl KeyStats {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            keys: 0,
            states: Vec::new(),
            recent_states: Vec::new(),
            machine_states: Vec::new(),
            unlisted: 0,
            totals: Totals::default(),
            transitions: Vec::new(),
            probes_in_flight: 0,
            in_flight: None,
            outage_since: None,
            latency: None,
            latency_to_head: None,
        }
    }

    /// Adds one breaker; `recent` is whether it was used within `idle_ttl`.
    pub(crate) fn add_key(&mut self, key: KeyReading, recent: bool) {
        let KeyReading {
            state,
            machine_state,
            probes_in_flight,
            in_flight,
            outage_since,
        } = key;
        self.keys += 1;
        self.probes_in_flight += probes_in_flight;
        if let Some(calls) = in_flight {
            *self.in_flight.get_or_insert_default() += u64::from(calls);
        }
        let earliest = self.outage_since.into_iter().chain(outage_since).min();
        self.outage_since = earliest;
        add_state(&mut self.states, state);
        add_state(&mut self.machine_states, machine_state);
        if recent {
            add_state(&mut self.recent_states, state);
        }
    }

    /// Returns whether at least one key was used within `idle_ttl`, and all such keys reject their calls.
    #[cfg(feature = "axum")]
    pub(crate) fn rejects_all_recent(&self) -> bool {
        let rejects =
            |(state, _): &(State, usize)| matches!(state, State::Open | State::ForcedOpen);
        !self.recent_states.is_empty() && self.recent_states.iter().all(rejects)
    }

    /// Sets the counts of all breakers.
    pub(crate) fn set_counts(&mut self, counts: RetiredCounts, unlisted: u64) {
        self.totals = counts.totals;
        self.transitions = counts.transitions;
        self.latency = counts.latency;
        self.latency_to_head = counts.latency_to_head;
        self.unlisted = unlisted;
    }

    /// Returns the state that most of the keys used within `idle_ttl` are in, or `None` if there are no such keys.
    ///
    /// If several states are equally frequent, it returns the worst of them. From the worst to the best, the states are
    /// forced open, open, half open, closed and forced closed.
    pub fn prevailing_state(&self) -> Option<State> {
        most_frequent(&self.recent_states)
    }

    /// Returns the state that most of the keys are in beneath overrides and the setting `shadow`.
    #[cfg(any(feature = "metrics", feature = "opentelemetry"))]
    pub(crate) fn prevailing_machine_state(&self) -> Option<State> {
        most_frequent(&self.machine_states)
    }

    /// Returns how many keys are in `state`.
    pub fn in_state(&self, state: State) -> usize {
        let mut states = self.states.iter();
        let found = states.find(|(other, _)| *other == state);
        found.map_or(0, |(_, count)| *count)
    }
}

/// Returns the most frequent state, and of several the worst.
fn most_frequent(states: &[(State, usize)]) -> Option<State> {
    let most = states
        .iter()
        .max_by_key(|(state, keys)| (*keys, state.severity()));
    most.map(|(state, _)| *state)
}

/// Adds one to the count of `state`.
fn add_state(states: &mut Vec<(State, usize)>, state: State) {
    match states.iter_mut().find(|(other, _)| *other == state) {
        Some((_, count)) => *count += 1,
        None => states.push((state, 1)),
    }
}

/// The counts of breakers, which remain after they are evicted.
#[derive(Clone, Debug, Default)]
pub(crate) struct RetiredCounts {
    pub(crate) totals: Totals,
    pub(crate) transitions: Vec<TransitionCount>,
    pub(crate) latency: Option<Latency>,
    pub(crate) latency_to_head: Option<Latency>,
}

impl RetiredCounts {
    pub(crate) fn add_transitions(&mut self, transitions: &[TransitionCount]) {
        for more in transitions {
            TransitionCount::add_to(&mut self.transitions, *more);
        }
    }

    pub(crate) fn add_latency(&mut self, latency: Latency) {
        add_to(&mut self.latency, latency);
    }

    pub(crate) fn add_latency_to_head(&mut self, latency: Option<Latency>) {
        if let Some(latency) = latency {
            add_to(&mut self.latency_to_head, latency);
        }
    }
}

/// Adds a histogram to a sum, if there is one already.
fn add_to(sum: &mut Option<Latency>, latency: Latency) {
    match sum {
        Some(sum) => sum.add(&latency),
        None => *sum = Some(latency),
    }
}
