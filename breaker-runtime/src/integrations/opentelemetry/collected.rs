//! The values of one collection, which all instruments share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ::opentelemetry::KeyValue;

use crate::integrations::export::{Counts, Entry, FleetGauges, FleetMemory, Gauges, Memory};
use crate::registry::Registry;
use crate::sync::Arc;

/// The values of one name, of one key that is an attribute, or of a fleet.
pub(super) struct Point {
    /// The attributes for the name and the key.
    pub(super) attributes: Vec<KeyValue>,
    pub(super) counts: Counts,
    pub(super) levels: Levels,
}

/// The values that rise and fall.
pub(super) enum Levels {
    /// `None` if the breaker is gone.
    Breaker(Option<Gauges>),
    /// `None` if the registry has left the fleet.
    Fleet(Option<FleetGauges>),
}

/// The values that the instruments read.
///
/// The SDK collects one instrument after the other. One reading serves all of them. A new reading is taken when an
/// instrument that has already received its values is collected again.
pub(super) struct Collected {
    registry: Registry,
    // Not from `sync`: the loom models collect nothing.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    memory: Memory,
    points: Arc<Vec<Point>>,
    /// The instruments that have received these values, one bit each.
    served: u64,
}

impl Collected {
    pub(super) fn new(registry: &Registry, max_keys: usize) -> Self {
        let mut state = State {
            // Every instrument counts as served, so the first one takes a reading.
            served: u64::MAX,
            ..State::default()
        };
        state.memory.label_keys(max_keys);
        Self {
            registry: registry.clone(),
            state: Mutex::new(state),
        }
    }

    /// Returns the current values for an instrument.
    pub(super) fn points(&self, instrument: u32) -> Arc<Vec<Point>> {
        let bit = 1_u64 << instrument;
        loop {
            let mut state = self.lock();
            if state.served & bit == 0 {
                state.served |= bit;
                return Arc::clone(&state.points);
            }
            let read = state.memory.prepare();
            drop(state);
            // Without the lock, because a reading may notify listeners.
            let readings = read(&self.registry);
            let mut state = self.lock();
            // If another thread read meanwhile, its values are newer.
            if state.memory.add(&readings) {
                let memory = &state.memory;
                let breakers = memory.entries().map(|it| Point::new(&it));
                let fleets = memory.fleets().iter().map(Point::of_fleet);
                state.points = Arc::new(breakers.chain(fleets).collect());
                state.served = 0;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Point {
    fn new(entry: &Entry<'_>) -> Self {
        let name = KeyValue::new("circuit_breaker.name", entry.name.to_owned());
        let key = entry
            .key
            .map(|key| KeyValue::new("circuit_breaker.key", key.to_owned()));
        Self {
            attributes: std::iter::once(name).chain(key).collect(),
            counts: entry.counts.clone(),
            levels: Levels::Breaker(entry.gauges.cloned()),
        }
    }

    fn of_fleet(fleet: &FleetMemory) -> Self {
        let name = KeyValue::new("circuit_breaker.fleet", fleet.namespace.clone());
        Self {
            attributes: vec![name],
            counts: fleet.counts.clone(),
            levels: Levels::Fleet(fleet.gauges),
        }
    }

    /// Returns the first label of the series to which these values belong.
    pub(super) fn of(&self) -> &'static str {
        match self.levels {
            Levels::Breaker(_) => "breaker",
            Levels::Fleet(_) => "fleet",
        }
    }
}
