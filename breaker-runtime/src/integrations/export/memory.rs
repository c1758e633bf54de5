//! What an exporter remembers of one registry, so that no counter decreases.
//!
//! A counter would decrease when a breaker is removed and made again, and when a key is evicted and comes back. So the
//! memory keeps the counts of earlier breakers.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::counts::Counts;
use super::fleet::{FleetMemory, FleetReading};
use super::reading::{Gauges, KeyReading, Known, Reading, Readings, Target};
use crate::breaker::{Snapshot, WeakBreaker};
use crate::registry::Registry;

/// What an exporter remembers of one registry.
#[derive(Debug, Default)]
pub(in crate::integrations) struct Memory {
    rounds: u64,
    names: BTreeMap<String, Name>,
    /// How many keys of each name have a label.
    max_keys: usize,
    /// The fleets that the registry has joined.
    fleets: Vec<FleetMemory>,
}

/// What is remembered under one name.
#[derive(Debug, Default)]
struct Name {
    /// The breaker in the last round, unless it has left the registry.
    target: Option<Target>,
    /// The counts of the name and of all its keys.
    all: Sum,
    /// The counts that do not belong to a key with a label.
    rest: Counts,
    gauges: Option<Gauges>,
    /// The keys that have a label.
    keys: BTreeMap<String, Key>,
}

#[derive(Debug, Default)]
struct Key {
    /// The breaker in the last round in which the key had one.
    breaker: Option<WeakBreaker>,
    counts: Sum,
    gauges: Option<Gauges>,
}

/// The counts of one breaker and of its predecessors.
#[derive(Debug, Default)]
struct Sum {
    earlier: Counts,
    all: Counts,
}

/// The values of one name, or of one key with a label.
pub(in crate::integrations) struct Entry<'a> {
    pub(in crate::integrations) name: &'a str,
    pub(in crate::integrations) key: Option<&'a str>,
    pub(in crate::integrations) counts: &'a Counts,
    /// `None` if the breaker is gone.
    pub(in crate::integrations) gauges: Option<&'a Gauges>,
}

impl Memory {
    /// Gives at most `max` keys of each name a label.
    pub(in crate::integrations) fn label_keys(&mut self, max: usize) {
        self.max_keys = max;
    }

    /// Prepares a reading. The caller runs it without a lock, because a reading may notify listeners.
    pub(in crate::integrations) fn prepare(&self) -> impl FnOnce(&Registry) -> Readings + use<> {
        let names = self.names.iter();
        let known = names.filter_map(|(name, it)| {
            let known = Known {
                target: it.target.clone()?,
                keys: it.keys.keys().cloned().collect(),
            };
            Some((name.clone(), known))
        });
        let (known, max_keys, round) = (known.collect(), self.max_keys, self.rounds);
        move |registry| Readings::new(registry, known, max_keys, round)
    }

    /// Adds a reading, unless another one was added since it was prepared: that one may be newer.
    #[must_use]
    pub(in crate::integrations) fn add(&mut self, readings: &Readings) -> bool {
        if readings.round != self.rounds {
            return false;
        }
        self.rounds += 1;
        self.add_fleet(readings.fleet.as_ref());
        for reading in &readings.removed {
            if let Some(name) = self.names.get_mut(&reading.snapshot.name) {
                name.add(reading, self.max_keys);
                name.end();
            }
        }
        for reading in &readings.present {
            let name = match self.names.get_mut(&reading.snapshot.name) {
                Some(name) => name,
                None => self.names.entry(reading.snapshot.name.clone()).or_default(),
            };
            name.add(reading, self.max_keys);
        }
        true
    }

    fn add_fleet(&mut self, reading: Option<&FleetReading>) {
        let fleets = &mut self.fleets;
        let known = fleets
            .iter()
            .position(|it| reading.is_some_and(|reading| it.is_of(reading)));
        for (nth, fleet) in fleets.iter_mut().enumerate() {
            match reading {
                Some(reading) if known == Some(nth) => fleet.add(reading),
                _ => fleet.end(),
            }
        }
        if known.is_none() {
            fleets.extend(reading.map(FleetMemory::new));
        }
    }

    /// Returns the fleets that the registry is in, or was in.
    pub(in crate::integrations) fn fleets(&self) -> &[FleetMemory] {
        &self.fleets
    }

    /// Returns the values of all names and of the keys with a label.
    pub(in crate::integrations) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.names.iter().flat_map(|(name, it)| {
            let own = Entry {
                name,
                key: None,
                counts: &it.rest,
                gauges: it.gauges.as_ref(),
            };
            let keys = it.keys.iter().map(move |(key, it)| Entry {
                name,
                key: Some(key),
                counts: &it.counts.all,
                gauges: it.gauges.as_ref(),
            });
            std::iter::once(own).chain(keys)
        })
    }
}

impl Name {
    fn add(&mut self, reading: &Reading, max_keys: usize) {
        self.target = Some(reading.target.clone());
        self.all.raise(&reading.snapshot);
        let mut gauges = Gauges::new(&reading.snapshot, reading.at);
        for key in self.keys.values_mut() {
            key.gauges = None;
        }
        let at = reading.at;
        for reading in &reading.keys {
            if !self.keys.contains_key(&reading.key) && self.keys.len() >= max_keys {
                continue;
            }
            let probes = reading.snapshot.probes_in_flight;
            gauges.probes_in_flight = gauges.probes_in_flight.saturating_sub(probes);
            self.keys
                .entry(reading.key.clone())
                .or_default()
                .add(reading, at);
        }
        let mut rest = self.all.all.clone();
        for key in self.keys.values() {
            rest.subtract(&key.counts.all);
        }
        self.rest.raise(&rest);
        self.gauges = Some(gauges);
    }

    /// Notes that the breaker has left the registry; the next breaker of this name counts from zero.
    fn end(&mut self) {
        self.target = None;
        self.gauges = None;
        self.all.restart();
        for key in self.keys.values_mut() {
            key.gauges = None;
        }
    }
}

impl Key {
    fn add(&mut self, reading: &KeyReading, at: SystemTime) {
        let is_same = |before: &WeakBreaker| before.same_as(&reading.breaker);
        if !self.breaker.as_ref().is_some_and(is_same) {
            self.counts.restart();
            self.breaker = Some(reading.breaker.clone());
        }
        self.counts.raise(&reading.snapshot);
        self.gauges = Some(Gauges::new(&reading.snapshot, at));
    }
}

impl Sum {
    fn raise(&mut self, snapshot: &Snapshot) {
        let mut sum = Counts::new(snapshot);
        sum.add(&self.earlier);
        self.all.raise(&sum);
    }

    /// Notes that the next reading is that of a new breaker.
    fn restart(&mut self) {
        self.earlier = self.all.clone();
    }
}
