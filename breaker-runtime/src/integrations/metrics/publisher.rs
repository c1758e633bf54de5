//! From snapshots into the recorder.

use std::collections::BTreeMap;
use std::time::Duration;

use ::metrics::{Label, counter, gauge, histogram};
use once_cell::sync::OnceCell;

use super::counts::Counts;
use super::describe;
use super::series::{
    CALL_DURATION, FAILURE_RATE, KEYS, PROBES_IN_FLIGHT, SLOW_CALL_RATE, STATE, Series,
};
use crate::breaker::CircuitBreaker;
use crate::breaker::Snapshot;
use crate::registry::{KeyedBreakers, Registry};
use crate::sync::{Arc, Mutex, lock};
use crate::values::KeyStats;
use crate::values::Latency;
use crate::values::State;

const STATES: [State; 5] = [
    State::Closed,
    State::Open,
    State::HalfOpen,
    State::ForcedOpen,
    State::ForcedClosed,
];

static GLOBAL: OnceCell<Publisher> = OnceCell::new();

/// Writes what there is to say about the [global](Registry::global) registry into the recorder in
/// force; see the [module](super) for when to call it.
pub fn publish() {
    // Not inside of the cell: whoever hears of the registry's conflicts may publish.
    let registry = Registry::global();
    let publisher = GLOBAL.get_or_init(|| Publisher::new(registry));
    publisher.publish();
}

/// Writes what there is to say about the breakers of one registry.
///
/// It remembers which calls are in the histograms already: have one for each registry and recorder,
/// and use it after the recorder is installed.
#[derive(Debug)]
pub struct Publisher {
    registry: Registry,
    told: Mutex<Told>,
}

/// What has been told already.
#[derive(Debug, Default)]
struct Told {
    described: bool,
    /// How often.
    times: u64,
    names: BTreeMap<String, Name>,
}

impl Publisher {
    /// Makes a publisher that has told nothing yet.
    pub fn new(registry: &Registry) -> Self {
        Self {
            registry: registry.clone(),
            told: Mutex::default(),
        }
    }

    /// Looks at every breaker and writes what it finds into the recorder in force; a reading, so it
    /// notices what time has brought about.
    ///
    /// Whoever is overtaken by another thread looks again, so that no one writes what is old. A
    /// listener may publish; a recorder may not.
    pub fn publish(&self) {
        loop {
            let (times, known) = lock(&self.told).known();
            // Without the lock: whoever looks may notice a transition and tell the listeners.
            let (there, gone) = self.look(known);
            let mut told = lock(&self.told);
            if told.times == times {
                told.times += 1;
                return told.tell(there, gone);
            }
        }
    }

    /// Looks at all that are in the registry, and for the last time at those that were.
    fn look(&self, mut known: BTreeMap<String, Subject>) -> (Vec<EvictionScan>, Vec<EvictionScan>) {
        // Those by key are looked at by name. No handle of them is kept, which would keep them.
        let mut breakers = self.registry.breakers();
        breakers.retain(|breaker| breaker.key().is_none());
        let (mut there, mut gone) = (Vec::new(), Vec::new());
        for breaker in breakers {
            let before = known.remove(breaker.name());
            let (same, other) = match before {
                Some(before) if before.breaker.same_as(&breaker) => (Some(before), None),
                before => (None, before),
            };
            gone.extend(other);
            // It may be removed before this look.
            let keyed = self.registry.keyed_of(&breaker);
            let keyed = keyed.or_else(|| same?.keyed);
            there.push(EvictionScan::at(Subject { breaker, keyed }));
        }
        gone.extend(known.into_values());
        (there, gone.into_iter().map(EvictionScan::at).collect())
    }
}

/// The breaker of a name, and those by key beneath it.
#[derive(Clone, Debug)]
struct Subject {
    breaker: CircuitBreaker,
    keyed: Option<Arc<KeyedBreakers>>,
}

/// What was found out about one name.
struct EvictionScan {
    of: Subject,
    snapshot: Snapshot,
    keys: Option<KeyStats>,
}

impl EvictionScan {
    fn at(of: Subject) -> Self {
        Self {
            snapshot: of.breaker.snapshot(),
            keys: of.keyed.as_ref().map(|keyed| keyed.stats()),
            of,
        }
    }
}

impl Told {
    /// How often it was told, and of whom last.
    fn known(&self) -> (u64, BTreeMap<String, Subject>) {
        let known = self.names.iter();
        let known = known.filter_map(|(name, it)| Some((name.clone(), it.of.clone()?)));
        (self.times, known.collect())
    }

    fn tell(&mut self, there: Vec<EvictionScan>, gone: Vec<EvictionScan>) {
        if !std::mem::replace(&mut self.described, true) {
            describe();
        }
        for look in gone {
            if let Some(known) = self.names.get_mut(&look.snapshot.name) {
                known.count(&look);
                known.forget(&look.snapshot.name);
            }
        }
        for look in there {
            let name = &look.snapshot.name;
            let known = match self.names.get_mut(name) {
                Some(known) => known,
                None => self.names.entry(name.clone()).or_default(),
            };
            known.of = Some(look.of.clone());
            known.tell(&look);
        }
    }
}

/// What has been told of one name.
#[derive(Debug, Default)]
struct Name {
    /// Whom it belonged to when it was looked at last.
    of: Option<Subject>,
    counts: Counts,
    /// What those have counted that had the name before.
    counts_before: Counts,
    /// How many calls are in the histogram, by the end of their bucket.
    durations: BTreeMap<Duration, u64>,
    knows_failure_rate: bool,
    knows_slow_call_rate: bool,
    has_keys: bool,
}

impl Name {
    fn tell(&mut self, look: &EvictionScan) {
        self.count(look);
        let (snapshot, keys) = (&look.snapshot, look.keys.as_ref());
        let name = &*snapshot.name;
        states(&STATE, name, |state| usize::from(state == snapshot.state));
        let probes = keys.map_or(0, |keys| keys.probes_in_flight);
        set(&PROBES_IN_FLIGHT, name, snapshot.probes_in_flight + probes);
        let window = snapshot.window.as_ref();
        let (failures, slow) = (&mut self.knows_failure_rate, &mut self.knows_slow_call_rate);
        rate(
            &FAILURE_RATE,
            name,
            window.and_then(|w| w.failure_rate),
            failures,
        );
        rate(
            &SLOW_CALL_RATE,
            name,
            window.and_then(|w| w.slow_rate),
            slow,
        );
        if let Some(keys) = keys {
            self.has_keys = true;
            states(&KEYS, name, |state| keys.in_state(state));
        }
    }

    /// Writes what only goes up.
    fn count(&mut self, look: &EvictionScan) {
        let (snapshot, keys) = (&look.snapshot, look.keys.as_ref());
        self.counts.raise(Counts::new(snapshot, keys));
        let mut counts = self.counts_before.clone();
        counts.add(&self.counts);
        for (series, beside, count) in counts.each() {
            counter!(series, labels(&snapshot.name, beside)).absolute(count);
        }
        self.tell_durations(snapshot, keys);
    }

    /// Records the calls that have come to the histograms since.
    fn tell_durations(&mut self, snapshot: &Snapshot, keys: Option<&KeyStats>) {
        let own = snapshot.latency.as_ref();
        let of_keys = keys.and_then(|keys| keys.latency.as_ref());
        if own.or(of_keys).is_none() {
            return;
        }
        let histogram = histogram!(CALL_DURATION.name, labels(&snapshot.name, &[]));
        let mut all = BTreeMap::<_, u64>::new();
        for (end, calls) in own.into_iter().chain(of_keys).flat_map(Latency::buckets) {
            *all.entry(end).or_default() += calls;
        }
        for (end, calls) in all {
            let recorded = self.durations.entry(end).or_default();
            let new = calls.saturating_sub(*recorded);
            *recorded += new;
            // It lies in the bucket, whichever it is: the widest is a ninth of its end, the narrowest
            // that is wider than one unit a sixteenth, which is where it begins.
            let duration = end.as_secs_f64() * 15.0 / 16.0;
            histogram.record_many(duration, usize::try_from(new).unwrap_or(usize::MAX));
        }
    }

    /// Lets go of a breaker that is no longer in the registry; the next one of this name counts anew.
    fn forget(&mut self, name: &str) {
        self.of = None;
        self.counts_before.add(&self.counts);
        self.counts = Counts::default();
        self.durations.clear();
        states(&STATE, name, |_| 0);
        set(&PROBES_IN_FLIGHT, name, 0);
        rate(&FAILURE_RATE, name, None, &mut self.knows_failure_rate);
        rate(&SLOW_CALL_RATE, name, None, &mut self.knows_slow_call_rate);
        if self.has_keys {
            states(&KEYS, name, |_| 0);
        }
    }
}

fn labels(name: &str, beside: &[(&'static str, &'static str)]) -> Vec<Label> {
    let name = Label::new("breaker", name.to_owned());
    let beside = beside.iter();
    let beside = beside.map(|(label, value)| Label::from_static_parts(label, value));
    std::iter::once(name).chain(beside).collect()
}

#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 breakers")]
fn set(series: &Series, name: &str, value: usize) {
    gauge!(series.name, labels(name, &[])).set(value as f64);
}

/// Writes a gauge with all five states.
#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 breakers")]
fn states(series: &Series, name: &str, value: impl Fn(State) -> usize) {
    for state in STATES {
        let labels = labels(name, &[("state", state.as_str())]);
        gauge!(series.name, labels).set(value(state) as f64);
    }
}

/// Writes a rate once it is known, and `NaN` where it is not known any more.
fn rate(series: &Series, name: &str, rate: Option<f64>, known: &mut bool) {
    *known |= rate.is_some();
    if *known {
        gauge!(series.name, labels(name, &[])).set(rate.unwrap_or(f64::NAN));
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
