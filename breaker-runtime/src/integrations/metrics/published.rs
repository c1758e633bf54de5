//! Writes to the recorder, and remembers what it has received so far.

use std::collections::BTreeMap;
use std::time::Duration;

use ::metrics::{Label, counter, gauge, histogram};

use super::series::describe;
use crate::integrations::export::{
    CALL_DURATION, Counts, Entry, FAILURE_RATE, FLEET_CONNECTED, FLEET_LAG, FLEET_MEMBERS,
    FLEET_STATE, FLEET_STATES, FLEET_VOTES, FLEET_VOTES_HERE, FleetMemory, IN_FLIGHT, KEYS,
    MACHINE_STATE, MACHINE_STATES, Memory, OPEN_SECONDS, OUTAGE, PROBES_IN_FLIGHT, Row,
    SLOW_CALL_RATE, STATE, STATES, SharedGauges, TIME_TO_HEAD,
};

/// Everything that the recorder has received so far.
///
/// The recorder may panic at any value. The next round then writes it: all values but those of the histograms are
/// written in each round, and those are noted only after they were written.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// The labels that the publisher adds to every series.
    extra_labels: Vec<Label>,
    is_described: bool,
    pub(super) memory: Memory,
    /// By name and key.
    written: BTreeMap<(String, Option<String>), Written>,
    /// By the name of the fleet.
    lags: BTreeMap<String, Recorded>,
}

/// The number of durations in a histogram, by the end of their bucket.
#[derive(Debug, Default)]
struct Recorded(BTreeMap<Duration, u64>);

/// Which rates were known before.
#[derive(Debug, Default)]
struct Known {
    failure_rate: bool,
    slow_call_rate: bool,
}

/// What was written for one name or one key.
#[derive(Debug, Default)]
struct Written {
    durations: Recorded,
    heads: Recorded,
    is_shared: bool,
    known: Known,
    has_keys: bool,
    is_limited: bool,
}

impl Published {
    pub(super) fn new(extra_labels: Vec<Label>) -> Self {
        Self {
            extra_labels,
            ..Self::default()
        }
    }

    /// Writes one round.
    pub(super) fn write(&mut self) {
        if !self.is_described {
            describe();
            self.is_described = true;
        }
        for entry in self.memory.entries() {
            let of = (entry.name.to_owned(), entry.key.map(str::to_owned));
            let labels = BaseLabels {
                of: "breaker",
                name: entry.name,
                key: entry.key,
                extra: &self.extra_labels,
            };
            self.written.entry(of).or_default().write(&entry, labels);
        }
        for fleet in self.memory.fleets() {
            let labels = BaseLabels {
                of: "fleet",
                name: &fleet.namespace,
                key: None,
                extra: &self.extra_labels,
            };
            let lags = self.lags.entry(fleet.namespace.clone()).or_default();
            write_fleet(fleet, labels, lags);
        }
    }
}

impl Written {
    fn write(&mut self, entry: &Entry<'_>, labels: BaseLabels<'_>) {
        write_counters(entry.counts, labels);
        let open = entry.counts.open_time().as_secs();
        counter!(OPEN_SECONDS.name, labels.with(&[])).absolute(open);
        self.durations.write(&CALL_DURATION, entry.counts, labels);
        self.heads.write(&TIME_TO_HEAD, entry.counts, labels);

        let gauges = entry.gauges;
        let state = gauges.map(|gauges| gauges.state);
        let states = STATES.map(|it| usize::from(state == Some(it)));
        set_states(&STATE, labels, states);
        let state = gauges.map(|gauges| gauges.machine_state);
        for it in MACHINE_STATES {
            let labels = labels.with(&[("state", it.as_str())]);
            gauge!(MACHINE_STATE.name, labels).set(f64::from(u8::from(state == Some(it))));
        }
        let probes = gauges.map_or(0, |gauges| gauges.probes_in_flight);
        set(&PROBES_IN_FLIGHT, labels, probes);
        let outage = gauges.map_or(0.0, |gauges| gauges.outage.as_secs_f64());
        gauge!(OUTAGE.name, labels.with(&[])).set(outage);
        let rate = gauges.and_then(|gauges| gauges.failure_rate);
        set_rate(&FAILURE_RATE, labels, rate, &mut self.known.failure_rate);
        let rate = gauges.and_then(|gauges| gauges.slow_call_rate);
        set_rate(
            &SLOW_CALL_RATE,
            labels,
            rate,
            &mut self.known.slow_call_rate,
        );
        let keys = gauges.and_then(|gauges| gauges.keys);
        self.has_keys |= keys.is_some();
        if self.has_keys {
            set_states(&KEYS, labels, keys.unwrap_or_default());
        }
        let in_flight = gauges.and_then(|gauges| gauges.in_flight);
        self.is_limited |= in_flight.is_some();
        if self.is_limited {
            let calls = in_flight.unwrap_or_default();
            set(
                &IN_FLIGHT,
                labels,
                usize::try_from(calls).unwrap_or(usize::MAX),
            );
        }
        let shared = gauges.and_then(|gauges| gauges.shared.as_ref());
        self.is_shared |= shared.is_some();
        if self.is_shared {
            write_shared(shared, labels);
        }
    }
}

fn write_counters(counts: &Counts, labels: BaseLabels<'_>) {
    for (series, other_labels, count) in counts.each() {
        counter!(series, labels.with(other_labels)).absolute(count);
    }
}

/// Writes what a circuit is in the fleet; `None` if it is not shared any more.
fn write_shared(shared: Option<&SharedGauges>, labels: BaseLabels<'_>) {
    for state in FLEET_STATES {
        let is = shared.is_some_and(|shared| shared.state == state);
        let labels = labels.with(&[("state", state)]);
        gauge!(FLEET_STATE.name, labels).set(f64::from(u8::from(is)));
    }
    let (votes, votes_here) = shared.map_or((0, false), |it| (it.votes, it.votes_here));
    set(&FLEET_VOTES, labels, votes);
    set(&FLEET_VOTES_HERE, labels, usize::from(votes_here));
}

fn write_fleet(fleet: &FleetMemory, labels: BaseLabels<'_>, lags: &mut Recorded) {
    // The facade cannot delete the gauges of a fleet that the registry has left.
    let connected = fleet.gauges.map(|it| f64::from(u8::from(it.is_connected)));
    let members = fleet.gauges.map(|it| f64::from(it.members));
    for (series, value) in [(FLEET_CONNECTED, connected), (FLEET_MEMBERS, members)] {
        gauge!(series.name, labels.with(&[])).set(value.unwrap_or(f64::NAN));
    }
    write_counters(&fleet.counts, labels);
    lags.write(&FLEET_LAG, &fleet.counts, labels);
}

impl Recorded {
    /// Records the durations that were added since the last round.
    fn write(&mut self, series: &Row, counts: &Counts, labels: BaseLabels<'_>) {
        let Some(durations) = counts.durations(series) else {
            return;
        };
        let histogram = histogram!(series.name, labels.with(&[]));
        for (end, duration, calls) in durations.each() {
            let recorded = self.0.entry(end).or_default();
            let new = calls.saturating_sub(*recorded);
            histogram.record_many(duration, usize::try_from(new).unwrap_or(usize::MAX));
            *recorded += new;
        }
    }
}

/// The labels that all series of one name or one key have.
#[derive(Clone, Copy)]
struct BaseLabels<'a> {
    /// The label of the name.
    of: &'static str,
    name: &'a str,
    key: Option<&'a str>,
    extra: &'a [Label],
}

impl BaseLabels<'_> {
    /// Returns these labels together with those of one series.
    fn with(self, other: &[(&'static str, &'static str)]) -> Vec<Label> {
        let name = Label::new(self.of, self.name.to_owned());
        let key = self.key.map(|key| Label::new("key", key.to_owned()));
        let other = other.iter();
        let other = other.map(|(label, value)| Label::from_static_parts(label, value));
        let extra = self.extra.iter().cloned();
        let base = std::iter::once(name).chain(key);
        base.chain(other).chain(extra).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 breakers")]
fn set(series: &Row, labels: BaseLabels<'_>, value: usize) {
    gauge!(series.name, labels.with(&[])).set(value as f64);
}

/// Sets a gauge for each of the five states.
#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 breakers")]
fn set_states(series: &Row, labels: BaseLabels<'_>, values: [usize; STATES.len()]) {
    for (state, value) in STATES.into_iter().zip(values) {
        let labels = labels.with(&[("state", state.as_str())]);
        gauge!(series.name, labels).set(value as f64);
    }
}

/// Sets a rate once it is known, and from then on to `NaN` whenever it is unknown.
fn set_rate(series: &Row, labels: BaseLabels<'_>, rate: Option<f64>, was_known: &mut bool) {
    *was_known |= rate.is_some();
    if *was_known {
        gauge!(series.name, labels.with(&[])).set(rate.unwrap_or(f64::NAN));
    }
}
