//! The circuits of a candidate: one for calls without a key, and one for each key.
//!
//! Keys take and lose their places as in a registry, whose table `registry/keyed/set.rs` describes.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::FixedState;

use super::call::Call;
use super::circuit::Circuit;
use super::tally::Tally;
use crate::config::Settings;
use crate::machine::{Change, Eviction, OpenKeys};
use crate::registry::{EVICTION_TRIES, IDLE_TRIES};
use crate::time::nanos;

/// All circuits of one candidate.
#[derive(Debug)]
pub(super) struct Circuits {
    settings: Settings,
    seed: u64,
    /// When the clock of the breaker that wrote the trace was at zero; the first call says it.
    origin: Option<u64>,
    /// A circuit keeps its number. A free number has a new circuit.
    all: Vec<Circuit>,
    free: Vec<usize>,
    /// The number of the circuit for calls without a key.
    without_key: Option<usize>,
    by_key: HashMap<Arc<str>, usize, FixedState>,
    /// The circuits of keys in the order in which they are examined for eviction.
    order: VecDeque<usize>,
    open: Arc<OpenKeys>,
}

impl Circuits {
    pub(super) fn new(settings: Settings, seed: u64) -> Self {
        Self {
            settings,
            seed,
            origin: None,
            all: Vec::new(),
            free: Vec::new(),
            without_key: None,
            by_key: HashMap::default(),
            order: VecDeque::new(),
            open: Arc::default(),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, number: usize) -> &mut Circuit {
        &mut self.all[number]
    }

    /// Returns the number of the circuit of a call that begins, and makes the circuit if it does not exist.
    #[inline]
    pub(super) fn of_call(
        &mut self,
        call: &Call,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) -> usize {
        let at = call.started_nanos();
        self.origin.get_or_insert(call.origin());
        let Some(key) = call.shared_key() else {
            return match self.without_key {
                Some(number) => number,
                None => self.add_without_key(at),
            };
        };
        if let Some(number) = self.by_key.get(key) {
            let circuit = &mut self.all[*number];
            circuit.used = circuit.used.max(at);
            circuit.recent = true;
            return *number;
        }
        self.add_key(key, at, tally, changes)
    }

    fn add_without_key(&mut self, at: u64) -> usize {
        let mut circuit = self.make(self.seed, None, at);
        circuit.listed = true;
        let number = self.add(circuit);
        self.without_key = Some(number);
        number
    }

    /// Adds the circuit of a key. Without a place for it, it lasts until its calls have ended.
    #[cold]
    fn add_key(
        &mut self,
        key: &Arc<str>,
        at: u64,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) -> usize {
        let seed = foldhash::quality::FixedState::with_seed(self.seed).hash_one(key);
        let mut circuit = self.make(seed, Some(Arc::clone(key)), at);
        circuit.machine.join_keys(&self.open);
        let most = self.settings.max_keys.get() as usize;
        if self.order.len() < most {
            for _ in 0..IDLE_TRIES.min(self.order.len()) {
                let idle = |circuit: &mut Circuit, ttl| at - circuit.used >= nanos(ttl);
                self.evict_next(at, idle, tally, changes);
            }
        } else {
            self.make_room(most, at, tally, changes);
        }
        circuit.listed = self.order.len() < most;
        let listed = circuit.listed;
        let number = self.add(circuit);
        if listed {
            self.by_key.insert(Arc::clone(key), number);
            self.order.push_back(number);
            self.open.set_keys(self.order.len());
        }
        number
    }

    fn make(&self, seed: u64, key: Option<Arc<str>>, at: u64) -> Circuit {
        let origin = self.origin.unwrap_or_default();
        Circuit::new(self.settings, seed, key, origin, at)
    }

    fn add(&mut self, circuit: Circuit) -> usize {
        if let Some(number) = self.free.pop() {
            self.all[number] = circuit;
            return number;
        }
        self.all.push(circuit);
        self.all.len() - 1
    }

    /// Evicts keys that were not used recently and remember nothing that matters; otherwise, the key that has
    /// been idle for longest.
    fn make_room(&mut self, most: usize, at: u64, tally: &mut Tally, changes: &mut Vec<Change>) {
        let tries = EVICTION_TRIES.min(2 * self.order.len());
        for _ in 0..tries {
            if self.order.len() < most {
                return;
            }
            let unused = |circuit: &mut Circuit, _| !std::mem::take(&mut circuit.recent);
            self.evict_next(at, unused, tally, changes);
        }
        if self.order.len() < most {
            return;
        }
        let examined: Vec<usize> = self.order.iter().rev().take(tries).copied().collect();
        let mut idle = Vec::new();
        for number in examined {
            let circuit = &mut self.all[number];
            let least = match eviction(circuit, at) {
                Eviction::AtAnyTime => None,
                Eviction::AfterIdle(least) => Some(self.settings.idle_ttl.max(least)),
                Eviction::Never => continue,
            };
            if least.is_none_or(|least| at - circuit.used >= nanos(least)) {
                idle.push((circuit.used, circuit.key.clone(), number));
            }
        }
        if let Some((_, _, number)) = idle.into_iter().min() {
            self.order.retain(|other| *other != number);
            self.evict(number, at, tally, changes);
        }
    }

    /// Examines the next key, and evicts it if `may_evict` allows it and it remembers nothing that matters.
    fn evict_next(
        &mut self,
        at: u64,
        may_evict: impl Fn(&mut Circuit, Duration) -> bool,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) {
        let Some(number) = self.order.front().copied() else {
            return;
        };
        let circuit = &mut self.all[number];
        let allowed = may_evict(circuit, self.settings.idle_ttl);
        if allowed && eviction(circuit, at) == Eviction::AtAnyTime {
            self.order.pop_front();
            self.evict(number, at, tally, changes);
        } else {
            self.order.rotate_left(1);
        }
    }

    fn evict(&mut self, number: usize, at: u64, tally: &mut Tally, changes: &mut Vec<Change>) {
        if let Some(key) = &self.all[number].key {
            self.by_key.remove(key);
        }
        self.open.set_keys(self.order.len());
        self.free(number, at, tally, changes);
    }

    /// Drops a circuit that is in no table and has no calls in flight.
    pub(super) fn free(
        &mut self,
        number: usize,
        at: u64,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) {
        let new = self.make(self.seed, None, at);
        let circuit = std::mem::replace(&mut self.all[number], new);
        circuit.finish(at, true, tally, changes);
        self.free.push(number);
    }

    /// Applies to all circuits what is due until `at`, and ends them.
    ///
    /// If the trace goes on without them, their openings end too.
    pub(super) fn finish(
        self,
        at: u64,
        goes_on: bool,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) {
        for circuit in self.all {
            circuit.finish(at, goes_on, tally, changes);
        }
    }
}

/// Returns when a circuit may be evicted; one with calls in flight stays.
fn eviction(circuit: &mut Circuit, at: u64) -> Eviction {
    if !circuit.is_idle() {
        return Eviction::Never;
    }
    let now = circuit.at(at);
    circuit.machine.eviction(now)
}
