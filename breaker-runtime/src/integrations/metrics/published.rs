//! Writes to the recorder, and remembers what it has received so far.

use std::collections::BTreeMap;
use std::time::Duration;

use ::metrics::{Label, counter, gauge, histogram};

use super::counts::Counts;
use super::series::{
    CALL_DURATION, FAILURE_RATE, KEYS, PROBES_IN_FLIGHT, SLOW_CALL_RATE, STATE, Series, describe,
};
use crate::breaker::{CircuitBreaker, Snapshot};
use crate::registry::KeyedBreakers;
use crate::sync::Arc;
use crate::values::{KeyStats, Latency, State};

const STATES: [State; 5] = [
    State::Closed,
    State::Open,
    State::HalfOpen,
    State::ForcedOpen,
    State::ForcedClosed,
];

/// The breaker of a name, and its breakers by key.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) breaker: CircuitBreaker,
    pub(super) keyed: Option<Arc<KeyedBreakers>>,
}

/// The values of one name at one instant.
pub(super) struct Reading {
    target: Target,
    snapshot: Snapshot,
    keys: Option<KeyStats>,
}

/// The readings of one round.
pub(super) struct Readings {
    pub(super) present: Vec<Reading>,
    /// The last readings of breakers that have left the registry.
    pub(super) removed: Vec<Reading>,
}

impl Reading {
    pub(super) fn new(target: Target) -> Self {
        Self {
            snapshot: target.breaker.snapshot(),
            keys: target.keyed.as_ref().map(|keyed| keyed.stats()),
            target,
        }
    }
}

/// Everything that the recorder has received so far.
///
/// The recorder may panic at any value. So each item is noted only after it was written; otherwise the next round
/// writes it again.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// The labels that the publisher adds to every series.
    extra_labels: Vec<Label>,
    is_described: bool,
    rounds: u64,
    names: BTreeMap<String, PublishedName>,
}

impl Published {
    pub(super) fn new(extra_labels: Vec<Label>) -> Self {
        Self {
            extra_labels,
            ..Self::default()
        }
    }

    /// Returns the number of rounds that were begun.
    pub(super) fn rounds(&self) -> u64 {
        self.rounds
    }

    /// Returns the breakers that were in the registry in the last round, by name.
    pub(super) fn targets(&self) -> BTreeMap<String, Target> {
        let names = self.names.iter();
        let targets = names.filter_map(|(name, it)| Some((name.clone(), it.target.clone()?)));
        targets.collect()
    }

    /// Writes one round.
    pub(super) fn write(&mut self, readings: Readings) {
        self.rounds += 1;
        if !self.is_described {
            describe();
            self.is_described = true;
        }
        for reading in readings.removed {
            if let Some(name) = self.names.get_mut(&reading.snapshot.name) {
                let labels = BaseLabels::new(&reading, &self.extra_labels);
                name.write_counts(&reading, labels);
                name.retire(labels);
            }
        }
        for reading in readings.present {
            let name = &reading.snapshot.name;
            let published = match self.names.get_mut(name) {
                Some(published) => published,
                None => self.names.entry(name.clone()).or_default(),
            };
            published.target = Some(reading.target.clone());
            published.write(&reading, BaseLabels::new(&reading, &self.extra_labels));
        }
    }
}

/// The part of [`Published`] under one name.
#[derive(Debug, Default)]
struct PublishedName {
    /// The breaker in the last round, unless it has left the registry.
    target: Option<Target>,
    counts: Counts,
    /// The counts of earlier breakers of this name.
    earlier_counts: Counts,
    /// The number of calls in the histogram, by the end of their bucket.
    recorded: BTreeMap<Duration, u64>,
    has_failure_rate: bool,
    has_slow_call_rate: bool,
    has_keys: bool,
}

impl PublishedName {
    fn write(&mut self, reading: &Reading, labels: BaseLabels<'_>) {
        self.write_counts(reading, labels);
        let (snapshot, keys) = (&reading.snapshot, reading.keys.as_ref());
        set_states(&STATE, labels, |state| usize::from(state == snapshot.state));
        let probes = keys.map_or(0, |keys| keys.probes_in_flight);
        set(
            &PROBES_IN_FLIGHT,
            labels,
            snapshot.probes_in_flight + probes,
        );
        let window = snapshot.window.as_ref();
        let (failures, slow) = (&mut self.has_failure_rate, &mut self.has_slow_call_rate);
        set_rate(
            &FAILURE_RATE,
            labels,
            window.and_then(|w| w.failure_rate),
            failures,
        );
        set_rate(
            &SLOW_CALL_RATE,
            labels,
            window.and_then(|w| w.slow_rate),
            slow,
        );
        if let Some(keys) = keys {
            self.has_keys = true;
            set_states(&KEYS, labels, |state| keys.in_state(state));
        }
    }

    /// Writes the counters and the histogram.
    fn write_counts(&mut self, reading: &Reading, labels: BaseLabels<'_>) {
        let (snapshot, keys) = (&reading.snapshot, reading.keys.as_ref());
        self.counts.raise(Counts::new(snapshot, keys));
        let mut counts = self.earlier_counts.clone();
        counts.add(&self.counts);
        for (series, other_labels, count) in counts.each() {
            counter!(series, labels.with(other_labels)).absolute(count);
        }
        self.write_durations(snapshot, keys, labels);
    }

    /// Records the calls that were added to the histograms since the last round.
    fn write_durations(
        &mut self,
        snapshot: &Snapshot,
        keys: Option<&KeyStats>,
        labels: BaseLabels<'_>,
    ) {
        let own = snapshot.latency.as_ref();
        let of_keys = keys.and_then(|keys| keys.latency.as_ref());
        if own.or(of_keys).is_none() {
            return;
        }
        let histogram = histogram!(CALL_DURATION.name, labels.with(&[]));
        let mut all = BTreeMap::<_, u64>::new();
        for (end, calls) in own.into_iter().chain(of_keys).flat_map(Latency::buckets) {
            *all.entry(end).or_default() += calls;
        }
        for (end, calls) in all {
            let recorded = self.recorded.entry(end).or_default();
            let new = calls.saturating_sub(*recorded);
            // 15/16 of the end lies in every bucket: the widest buckets are a ninth of their end wide. The narrowest
            // that are wider than one unit are a sixteenth wide and begin there.
            let duration = end.as_secs_f64() * 15.0 / 16.0;
            histogram.record_many(duration, usize::try_from(new).unwrap_or(usize::MAX));
            *recorded += new;
        }
    }

    /// Ends the series of a breaker that has left the registry; the next breaker of this name counts from zero.
    fn retire(&mut self, labels: BaseLabels<'_>) {
        set_states(&STATE, labels, |_| 0);
        set(&PROBES_IN_FLIGHT, labels, 0);
        set_rate(&FAILURE_RATE, labels, None, &mut self.has_failure_rate);
        set_rate(&SLOW_CALL_RATE, labels, None, &mut self.has_slow_call_rate);
        if self.has_keys {
            set_states(&KEYS, labels, |_| 0);
        }
        self.target = None;
        self.earlier_counts.add(&self.counts);
        self.counts = Counts::default();
        self.recorded.clear();
    }
}

/// The labels that all series of one name have.
#[derive(Clone, Copy)]
struct BaseLabels<'a> {
    name: &'a str,
    extra: &'a [Label],
}

impl<'a> BaseLabels<'a> {
    fn new(reading: &'a Reading, extra: &'a [Label]) -> Self {
        let name = &reading.snapshot.name;
        Self { name, extra }
    }

    /// Returns these labels together with those of one series.
    fn with(self, other: &[(&'static str, &'static str)]) -> Vec<Label> {
        let name = Label::new("breaker", self.name.to_owned());
        let other = other.iter();
        let other = other.map(|(label, value)| Label::from_static_parts(label, value));
        let extra = self.extra.iter().cloned();
        std::iter::once(name).chain(other).chain(extra).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 breakers")]
fn set(series: &Series, labels: BaseLabels<'_>, value: usize) {
    gauge!(series.name, labels.with(&[])).set(value as f64);
}

/// Sets a gauge for each of the five states.
#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 breakers")]
fn set_states(series: &Series, labels: BaseLabels<'_>, value: impl Fn(State) -> usize) {
    for state in STATES {
        let labels = labels.with(&[("state", state.as_str())]);
        gauge!(series.name, labels).set(value(state) as f64);
    }
}

/// Sets a rate once it is known, and from then on to `NaN` whenever it is unknown.
fn set_rate(series: &Series, labels: BaseLabels<'_>, rate: Option<f64>, was_known: &mut bool) {
    *was_known |= rate.is_some();
    if *was_known {
        gauge!(series.name, labels.with(&[])).set(rate.unwrap_or(f64::NAN));
    }
}
