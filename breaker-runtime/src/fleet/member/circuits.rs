//! All circuits that are not calm: those that are not closed here, and those of which the store says anything.
//!
//! A calm circuit costs nothing: it is not here, and no beat reads its breaker.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::board::{Board, ShownCircuit};
use super::circuit::Circuit;
use super::scene::{Ops, Scene, Sent};
use crate::breaker::CircuitBreaker;
use crate::fleet::store::{self, Answer};
use crate::machine::Standing;
use crate::registry::Registry;
use crate::time::Tick;

/// The number of circuits that are remembered although no breaker here has their name.
const MOST_UNKNOWN: usize = 10_000;
/// The number of names of which the setting `shared` is remembered, also if it is off.
const MOST_NAMES: usize = 4_096;

/// All circuits that are not calm.
#[derive(Debug, Default)]
pub(super) struct Circuits {
    by_name: BTreeMap<String, Circuit>,
    /// The names whose setting `shared` was read, and its value.
    shared: HashMap<String, bool>,
    /// When each circuit needs a step, if it does before the next beat.
    schedule: BTreeSet<(Tick, String)>,
    /// The circuits that have changed since they were scheduled and shown.
    touched: BTreeSet<String>,
    /// Whether the breakers that were there before were taken up.
    scanned: bool,
}

impl Circuits {
    /// Takes up the breakers that were there before this instance joined.
    pub(super) fn scan_once(&mut self, registry: &Registry) {
        if !std::mem::replace(&mut self.scanned, true) {
            self.scan(registry, None);
        }
    }

    /// Takes up the shared breakers that are not closed: all of them, or those of one name.
    fn scan(&mut self, registry: &Registry, name: Option<&str>) {
        for breaker in registry.shared_breakers() {
            if name.is_some_and(|name| name != breaker.name()) {
                continue;
            }
            self.shared.insert(breaker.name().to_owned(), true);
            if breaker.fleet_reading().standing != Standing::Closed {
                self.take_up(&breaker);
            }
        }
    }

    /// Takes notice that something happened to a breaker.
    pub(super) fn changed(&mut self, breaker: &CircuitBreaker, registry: &Registry) {
        let reading = breaker.fleet_reading();
        // Only the breaker of a name has an event when a setting changes.
        let before = self
            .shared
            .insert(breaker.name().to_owned(), reading.shared);
        if reading.shared && before != Some(true) {
            self.scan(registry, Some(breaker.name()));
        }
        let is_here = self.by_name.contains_key(&breaker.store_name());
        if is_here || (reading.shared && reading.standing != Standing::Closed) {
            self.take_up(breaker);
        }
    }

    fn take_up(&mut self, breaker: &CircuitBreaker) {
        let circuit = self.enter(&breaker.store_name());
        circuit.attach(breaker);
        circuit.dirty = true;
    }

    fn enter(&mut self, name: &str) -> &mut Circuit {
        self.touched.insert(name.to_owned());
        let entry = self.by_name.entry(name.to_owned());
        entry.or_insert_with(|| Circuit::new(name))
    }

    /// Returns whether a circuit is here, or may be remembered although it may have no breaker here.
    fn has_room(&self, name: &str) -> bool {
        self.by_name.len() < MOST_UNKNOWN || self.by_name.contains_key(name)
    }

    /// A beat reads all breakers and says all votes again.
    pub(super) fn beat(&mut self) {
        for circuit in self.by_name.values_mut() {
            circuit.ballot.beat();
        }
        self.wake();
    }

    /// Reads all breakers in the next step.
    pub(super) fn wake(&mut self) {
        self.schedule.clear();
        for (name, circuit) in &mut self.by_name {
            circuit.dirty = circuit.breaker.is_some();
            circuit.scheduled = Some(Tick::default());
            self.schedule.insert((Tick::default(), name.clone()));
        }
    }

    /// Finds the breaker of each circuit, and applies what the fleet says to those that were made or shared only now.
    pub(super) fn attach(&mut self, registry: &Registry, scene: &Scene<'_>) {
        for (name, circuit) in &mut self.by_name {
            match registry.find_shared(name) {
                Some(breaker) => circuit.attach(&breaker),
                // A key for which there was no room, or a breaker that was removed, may still be in use.
                None if circuit.is_in_use() => {}
                None => circuit.detach(),
            }
            circuit.apply_known(scene);
            if circuit.dirty || circuit.breaker.is_none() {
                self.touched.insert(name.clone());
            }
        }
    }

    /// Gives the circuits that are due a step, in which they add what has to be said.
    pub(super) fn step(&mut self, scene: &mut Scene<'_>, ops: &mut Ops) {
        while !ops.is_full() {
            let due = self.schedule.first().filter(|(at, _)| *at <= scene.now);
            let Some((at, name)) = due.cloned() else {
                return;
            };
            self.schedule.remove(&(at, name.clone()));
            if let Some(circuit) = self.by_name.get_mut(&name) {
                circuit.scheduled = None;
                circuit.step(scene, ops);
            }
            self.touched.insert(name);
        }
    }

    /// Returns when a circuit needs a step.
    pub(super) fn next(&self) -> Option<Tick> {
        self.schedule.first().map(|(at, _)| *at)
    }

    /// Schedules the circuits that have changed, shows them to readers, and forgets those that are calm.
    pub(super) fn settle(&mut self, scene: &Scene<'_>, board: &Board) {
        for name in std::mem::take(&mut self.touched) {
            let Some(circuit) = self.by_name.get_mut(&name) else {
                continue;
            };
            if let Some(at) = circuit.scheduled.take() {
                self.schedule.remove(&(at, name.clone()));
            }
            if circuit.is_calm(scene.now) {
                self.by_name.remove(&name);
                board.show(&name, None);
                continue;
            }
            circuit.scheduled = circuit.next(scene);
            if let Some(at) = circuit.scheduled {
                self.schedule.insert((at, name.clone()));
            }
            let shown = ShownCircuit {
                known: circuit.known.clone(),
                votes_here: circuit.ballot.wants(scene.now),
                probes_here: circuit.holding.is_some(),
            };
            board.show(&name, Some(shown));
        }
        if self.shared.len() > MOST_NAMES {
            // Names that are made and removed all the time must not fill the memory.
            self.shared.retain(|_, shared| *shared);
        }
    }

    /// Returns the epoch and the generation that were last applied to a breaker.
    #[cfg(test)]
    pub(super) fn applied(&self, name: &str) -> Option<(u64, u64)> {
        self.by_name.get(name)?.applied
    }

    /// Takes notice of a circuit that has changed.
    pub(super) fn hear(
        &mut self,
        circuit: store::Circuit,
        registry: Option<&Registry>,
        scene: &mut Scene<'_>,
    ) {
        let breaker = registry.and_then(|it| it.find_shared(&circuit.name));
        if breaker.is_none() && !self.has_room(&circuit.name) {
            return;
        }
        let entry = self.enter(&circuit.name);
        if let Some(breaker) = breaker.filter(|_| entry.breaker.is_none()) {
            entry.attach(&breaker);
        }
        entry.hear(circuit, scene);
    }

    /// Takes notice of all circuits of the store; the batch was sent at `sent`.
    pub(super) fn hear_all(
        &mut self,
        circuits: Vec<store::Circuit>,
        is_new_epoch: bool,
        sent: Tick,
        scene: &mut Scene<'_>,
    ) {
        // What was pushed after the batch was sent may be newer.
        let is_newer = |circuit: &Circuit| {
            let known = circuit.known.as_ref();
            !is_new_epoch && known.is_some_and(|known| known.heard > sent)
        };
        let mut heard = BTreeSet::new();
        for circuit in circuits {
            if !self.has_room(&circuit.name) {
                continue;
            }
            heard.insert(circuit.name.clone());
            let entry = self.enter(&circuit.name);
            let known = entry.known.as_ref().map_or(0, |known| known.generation);
            if !is_newer(entry) || circuit.generation > known {
                entry.hear(circuit, scene);
            }
        }
        for (name, circuit) in &mut self.by_name {
            if circuit.known.is_some() && !heard.contains(name) && !is_newer(circuit) {
                circuit.vanish();
                self.touched.insert(name.clone());
            }
        }
    }

    /// Takes notice of an answer about a circuit.
    pub(super) fn answered(&mut self, what: &Sent, answer: Answer, sent: Tick, scene: &Scene<'_>) {
        let (Sent::Vote(name)
        | Sent::Unvote(name)
        | Sent::Lease(name)
        | Sent::Renewal(name)
        | Sent::Verdict(name)) = what
        else {
            return;
        };
        if let Some(circuit) = self.by_name.get_mut(name) {
            circuit.answered(what, answer, sent, scene);
            self.touched.insert(name.clone());
        }
    }

    pub(super) fn begin_epoch(&mut self) {
        self.by_name.values_mut().for_each(Circuit::begin_epoch);
        self.wake();
    }

    /// Obeys the openings that this instance had declined, if there are any.
    #[cfg(test)]
    pub(super) fn obey(&mut self, scene: &Scene<'_>) -> bool {
        let circuits = self.by_name.values_mut();
        let declined = circuits.filter_map(|it| it.obey(scene).then_some(()));
        let any = declined.count() > 0;
        if any {
            self.wake();
        }
        any
    }

    pub(super) fn go_alone(&mut self) {
        self.by_name.values_mut().for_each(Circuit::go_alone);
        self.wake();
    }
}
