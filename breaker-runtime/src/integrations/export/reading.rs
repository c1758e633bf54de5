//! The values of all breakers at one instant.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::fleet::{FleetReading, SharedGauges};
use crate::breaker::{CircuitBreaker, Snapshot, WeakBreaker};
use crate::registry::{KeyedBreakers, Registry};
use crate::sync::Arc;
use crate::values::{KeyStats, State};

pub(in crate::integrations) const STATES: [State; 5] = [
    State::Closed,
    State::Open,
    State::HalfOpen,
    State::ForcedOpen,
    State::ForcedClosed,
];

/// The states of a circuit beneath overrides.
pub(in crate::integrations) const MACHINE_STATES: [State; 3] =
    [State::Closed, State::Open, State::HalfOpen];

/// The breaker of a name, and its breakers by key.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) breaker: CircuitBreaker,
    keyed: Option<Arc<KeyedBreakers>>,
}

/// What a reading has to know about a name.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) target: Target,
    /// The keys that have a label.
    pub(super) keys: Vec<String>,
}

/// The values of one name at one instant.
pub(super) struct Reading {
    pub(super) target: Target,
    pub(super) snapshot: Snapshot,
    /// When the snapshot was taken, by the wall clock.
    pub(super) at: SystemTime,
    /// The keys that have a label, or get one.
    pub(super) keys: Vec<KeyReading>,
}

/// The values of one key at one instant.
pub(super) struct KeyReading {
    pub(super) key: String,
    pub(super) breaker: WeakBreaker,
    pub(super) snapshot: Snapshot,
}

/// The values of all names at one instant.
pub(in crate::integrations) struct Readings {
    /// The number of readings before this one.
    pub(super) round: u64,
    pub(super) present: Vec<Reading>,
    /// The last values of breakers that have left the registry.
    pub(super) removed: Vec<Reading>,
    /// The fleet that the registry has joined.
    pub(super) fleet: Option<FleetReading>,
}

impl Readings {
    /// Reads all breakers of a registry, and for the last time those that have left it since they became known.
    ///
    /// At most `max_keys` keys of each name get a label.
    pub(super) fn new(
        registry: &Registry,
        mut known: BTreeMap<String, Known>,
        max_keys: usize,
        round: u64,
    ) -> Self {
        let (mut present, mut removed) = (Vec::new(), Vec::new());
        for breaker in registry.by_name() {
            let before = known.remove(breaker.name());
            let (same, other) = match before {
                Some(before) if before.target.breaker.same_as(&breaker) => (Some(before), None),
                before => (None, before),
            };
            removed.extend(other);
            // The breaker may have left the registry since it was listed.
            let keyed = registry.keyed_of(&breaker);
            let (before, keys) = same.map(|it| (it.target.keyed, it.keys)).unzip();
            let keyed = keyed.or(before.flatten());
            let target = Target { breaker, keyed };
            present.push(Reading::new(target, keys.unwrap_or_default(), max_keys));
        }
        removed.extend(known.into_values());
        let last = |it: Known| Reading::new(it.target, it.keys, 0);
        Self {
            round,
            present,
            removed: removed.into_iter().map(last).collect(),
            fleet: FleetReading::new(registry),
        }
    }
}

impl Reading {
    fn new(target: Target, labelled: Vec<String>, max_keys: usize) -> Self {
        // The sums come first, so that they never contain less than the keys had counted before.
        let snapshot = target.breaker.snapshot();
        let mut keys = Vec::new();
        if let Some(keyed) = &target.keyed {
            let mut room = max_keys.saturating_sub(labelled.len());
            if room > 0 {
                keyed.each_in_order(|breaker| {
                    let key = breaker.key().unwrap_or_default();
                    if room > 0 && !labelled.iter().any(|other| other == key) {
                        room -= 1;
                        keys.push(KeyReading::new(key.to_owned(), breaker));
                    }
                });
            }
            for key in labelled {
                if let Some(breaker) = keyed.get(&key) {
                    keys.push(KeyReading::new(key, &breaker));
                }
            }
        }
        Self {
            at: target.breaker.shared().wall_now(),
            target,
            snapshot,
            keys,
        }
    }
}

impl KeyReading {
    fn new(key: String, breaker: &CircuitBreaker) -> Self {
        Self {
            key,
            breaker: breaker.downgrade(),
            snapshot: breaker.snapshot(),
        }
    }
}

/// The values of one name or one key that rise and fall.
#[derive(Clone, Debug)]
pub(in crate::integrations) struct Gauges {
    pub(in crate::integrations) state: State,
    /// One of the [`MACHINE_STATES`].
    pub(in crate::integrations) machine_state: State,
    pub(in crate::integrations) failure_rate: Option<f64>,
    pub(in crate::integrations) slow_call_rate: Option<f64>,
    pub(in crate::integrations) probes_in_flight: usize,
    /// The calls in flight, of a breaker that limits them.
    pub(in crate::integrations) in_flight: Option<u64>,
    /// The age of the current outage, or zero.
    pub(in crate::integrations) outage: Duration,
    /// The number of keys in each of the [`STATES`], for a name with keys.
    pub(in crate::integrations) keys: Option<[usize; 5]>,
    /// What the circuit is in the fleet, if it is shared and a fleet is joined.
    pub(in crate::integrations) shared: Option<SharedGauges>,
}

impl Gauges {
    /// `now` is the time of the reading, by the wall clock.
    pub(super) fn new(snapshot: &Snapshot, now: SystemTime) -> Self {
        let window = snapshot.window.as_ref();
        let keys = snapshot.key_stats.as_ref();
        let probes_of_keys = keys.map_or(0, |keys| keys.probes_in_flight);
        Self {
            state: met(snapshot, keys),
            machine_state: keys
                .and_then(KeyStats::prevailing_machine_state)
                .unwrap_or(snapshot.machine_state),
            failure_rate: window.and_then(|window| window.failure_rate),
            slow_call_rate: window.and_then(|window| window.slow_rate),
            probes_in_flight: snapshot.probes_in_flight + probes_of_keys,
            in_flight: in_flight(snapshot, keys),
            outage: outage(snapshot, keys, now),
            keys: keys.map(|keys| STATES.map(|state| keys.in_state(state))),
            shared: SharedGauges::new(snapshot),
        }
    }
}

/// Returns how many calls of a name and of its keys are in flight, if they are limited.
fn in_flight(snapshot: &Snapshot, keys: Option<&KeyStats>) -> Option<u64> {
    let of_keys = keys.and_then(|keys| keys.in_flight).unwrap_or_default();
    snapshot.in_flight.map(|own| u64::from(own) + of_keys)
}

/// Returns the age of the oldest outage of a name or of its keys.
fn outage(snapshot: &Snapshot, keys: Option<&KeyStats>, now: SystemTime) -> Duration {
    let of_keys = keys.and_then(|keys| now.duration_since(keys.outage_since?).ok());
    let own = snapshot.outage.as_ref().map(|outage| outage.lasted);
    own.max(of_keys).unwrap_or_default()
}

/// Returns the state that most callers of a name meet.
fn met(snapshot: &Snapshot, keys: Option<&KeyStats>) -> State {
    let of_keys = keys.and_then(KeyStats::prevailing_state);
    match (&snapshot.r#override, of_keys) {
        (None, Some(state)) => state,
        _ => snapshot.state,
    }
}
