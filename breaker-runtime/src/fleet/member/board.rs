//! What a member shows to readers on other threads.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::known::Known;
use super::overrides::KnownOverride;
use crate::breaker::split_store_name;
use crate::fleet::store::Phase;
use crate::sync::{Mutex, lock};
use crate::time::WallInstant;
use crate::values::{FleetCircuit, FleetNumbers, FleetStatus, FleetView};

/// What a member shows to readers on other threads.
///
/// No user code runs under its lock.
#[derive(Debug)]
pub(crate) struct Board(Mutex<Shown>);

#[derive(Debug)]
struct Shown {
    status: FleetStatus,
    members: u32,
    numbers: FleetNumbers,
    garbage: u64,
    circuits: HashMap<String, ShownCircuit>,
    overrides: BTreeMap<Option<String>, KnownOverride>,
}

/// What a member shows of one circuit.
#[derive(Clone, Debug, Default)]
pub(super) struct ShownCircuit {
    pub(super) known: Option<Known>,
    pub(super) votes_here: bool,
    pub(super) probes_here: bool,
}

impl Board {
    pub(super) fn new(status: FleetStatus) -> Self {
        Self(Mutex::new(Shown {
            status,
            members: 0,
            numbers: FleetNumbers::default(),
            garbage: 0,
            circuits: HashMap::new(),
            overrides: BTreeMap::new(),
        }))
    }

    pub(crate) fn status(&self) -> FleetStatus {
        lock(&self.0).status.clone()
    }

    pub(crate) fn numbers(&self) -> FleetNumbers {
        lock(&self.0).numbers.clone()
    }

    /// Returns what the fleet says of a circuit, at this instant.
    pub(crate) fn view(&self, store_name: &str, now: WallInstant) -> FleetView {
        let shown = lock(&self.0);
        let circuit = shown.circuits.get(store_name).cloned().unwrap_or_default();
        let forced = shown.in_force(store_name, now);
        let known = circuit.known.as_ref();
        let lease = known.and_then(|known| known.live_lease(now.now));
        let forced = forced.map(|it| it.public(|tick| now.date(tick)));
        let state = match (&forced, known) {
            (Some(forced), _) => FleetCircuit::Forced(forced.clone()),
            (None, Some(known)) if known.phase == Phase::Open => match lease {
                Some(lease) => FleetCircuit::Probing {
                    by: lease.by.clone(),
                },
                None => FleetCircuit::Open {
                    until: now.date(known.until),
                },
            },
            _ => FleetCircuit::Closed,
        };
        let is_open = known.is_some_and(|known| known.phase == Phase::Open);
        FleetView {
            status: shown.status.clone(),
            circuit: state,
            generation: known.map_or(0, |known| known.generation),
            votes: known.map_or_else(Vec::new, |known| known.votes.clone()),
            votes_since: known.and_then(|known| known.votes_since),
            needed: known.map_or(0, |known| known.needed),
            members: shown.members,
            prober: lease.map(|lease| lease.by.clone()),
            votes_here: circuit.votes_here,
            probes_here: circuit.probes_here,
            why: known
                .filter(|_| is_open)
                .map_or_else(String::new, |it| it.why.clone()),
            r#override: forced,
        }
    }

    /// Returns the names of all circuits that are not calm in the fleet, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = lock(&self.0).circuits.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Returns the overrides in force by name, sorted; `None` is the one of all breakers.
    pub(crate) fn overrides(
        &self,
        now: WallInstant,
    ) -> Vec<(Option<String>, crate::values::Override)> {
        let shown = lock(&self.0);
        let in_force = shown
            .overrides
            .iter()
            .filter(|(_, it)| it.is_in_force(now.now));
        let date = |tick| now.date(tick);
        in_force
            .map(|(name, it)| (name.clone(), it.public(date)))
            .collect()
    }

    pub(super) fn set_status(&self, status: FleetStatus, members: u32) {
        let mut shown = lock(&self.0);
        shown.status = status;
        shown.members = members;
    }

    pub(super) fn set_overrides(&self, overrides: BTreeMap<Option<String>, KnownOverride>) {
        lock(&self.0).overrides = overrides;
    }

    /// Shows a circuit, or nothing of it.
    pub(super) fn show(&self, store_name: &str, circuit: Option<ShownCircuit>) {
        let mut shown = lock(&self.0);
        match circuit {
            Some(circuit) => shown.circuits.insert(store_name.to_owned(), circuit),
            None => shown.circuits.remove(store_name),
        };
    }

    /// Counts the values of the store that made no sense: `sum` since the store was made.
    pub(crate) fn count_garbage(&self, sum: u64) {
        let mut shown = lock(&self.0);
        let more = sum.saturating_sub(shown.garbage);
        shown.garbage = sum;
        shown.numbers.errors.ignored += more;
    }

    /// Counts something.
    pub(crate) fn count(&self, count: impl FnOnce(&mut FleetNumbers)) {
        count(&mut lock(&self.0).numbers);
    }

    /// Counts how long a change took from the store to this instance.
    pub(super) fn lag(&self, lag: Duration) {
        lock(&self.0).numbers.lag.record(lag);
    }
}

impl Shown {
    /// Returns the override of a circuit: the latest of its own, that of its name, and that of all.
    fn in_force(&self, store_name: &str, now: WallInstant) -> Option<&KnownOverride> {
        let get = |name: Option<&str>| self.overrides.get(&name.map(str::to_owned));
        let of_name = match split_store_name(store_name) {
            (name, Some(_)) => get(Some(name)),
            (_, None) => None,
        };
        let all = [get(Some(store_name)), of_name, get(None)];
        let in_force = all
            .into_iter()
            .flatten()
            .filter(|it| it.is_in_force(now.now));
        in_force.max_by_key(|it| it.revision())
    }
}
