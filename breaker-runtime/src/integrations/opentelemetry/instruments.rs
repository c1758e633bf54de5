//! Making the instruments, and the values that each of them observes.

use std::borrow::Cow;

use ::opentelemetry::KeyValue;
use ::opentelemetry::metrics::{AsyncInstrument, Meter};

use super::collected::{Collected, Levels, Point};
use crate::integrations::export::{
    DURATION_BOUNDS, FAILURE_RATE, FLEET_CONNECTED, FLEET_STATE, FLEET_STATES, FLEET_VOTES,
    FLEET_VOTES_HERE, FleetGauges, Gauges, IN_FLIGHT, KEYS, MACHINE_STATE, MACHINE_STATES, OUTAGE,
    PROBES_IN_FLIGHT, ROWS, Row, RowKind, SLOW_CALL_RATE, STATES,
};
use crate::registry::Registry;
use crate::sync::Arc;
use crate::values::State;

/// A value, and its attributes except those for the name and the key.
type Value<T> = (T, Vec<KeyValue>);

/// Makes instruments.
pub(super) struct Instruments<'a> {
    meter: &'a Meter,
    collected: Arc<Collected>,
    /// The number of instruments so far.
    count: u32,
}

impl<'a> Instruments<'a> {
    pub(super) fn new(meter: &'a Meter, registry: &Registry, max_keys: usize) -> Self {
        Self {
            meter,
            collected: Arc::new(Collected::new(registry, max_keys)),
            count: 0,
        }
    }

    pub(super) fn build_all(mut self) {
        for row in &ROWS {
            let name = row.instrument;
            match row.kind {
                RowKind::Counter => self.counter(name, row, counts),
                RowKind::Seconds => self.seconds(name, row, open_time),
                RowKind::Histogram => {
                    self.counter(format!("{name}.bucket"), row, buckets);
                    self.seconds(format!("{name}.sum"), row, duration_sum);
                }
                RowKind::Gauge | RowKind::GaugeOfSeconds => self.gauge(name, row),
            }
        }
    }

    fn counter(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        row: &'static Row,
        values: fn(&Row, &Point) -> Vec<Value<u64>>,
    ) {
        // A bucket counts calls, although the row is one of durations.
        let unit = if row.kind == RowKind::Histogram {
            "{call}"
        } else {
            row.unit
        };
        let builder = self.meter.u64_observable_counter(name).with_unit(unit);
        let builder = builder.with_description(row.help);
        builder.with_callback(self.callback(row, values)).build();
    }

    fn seconds(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        row: &'static Row,
        values: fn(&Row, &Point) -> Vec<Value<f64>>,
    ) {
        let builder = self.meter.f64_observable_counter(name).with_unit(row.unit);
        let builder = builder.with_description(row.help);
        builder.with_callback(self.callback(row, values)).build();
    }

    fn gauge(&mut self, name: &'static str, row: &'static Row) {
        let builder = self.meter.f64_observable_gauge(name).with_unit(row.unit);
        let builder = builder.with_description(row.help);
        builder.with_callback(self.callback(row, levels)).build();
    }

    /// Makes the callback of the next instrument.
    fn callback<T>(
        &mut self,
        row: &'static Row,
        values: fn(&Row, &Point) -> Vec<Value<T>>,
    ) -> impl Fn(&dyn AsyncInstrument<T>) + Send + Sync + use<T> {
        let (collected, instrument) = (Arc::clone(&self.collected), self.count);
        self.count += 1;
        move |observer| {
            let points = collected.points(instrument);
            for point in points.iter().filter(|point| point.of() == row.of) {
                for (value, mut attributes) in values(row, point) {
                    attributes.extend_from_slice(&point.attributes);
                    observer.observe(value, &attributes);
                }
            }
        }
    }
}

fn attribute(label: &'static str, value: &'static str) -> KeyValue {
    KeyValue::new(format!("circuit_breaker.{label}"), value)
}

fn counts(row: &Row, point: &Point) -> Vec<Value<u64>> {
    let counts = point.counts.each().filter(|(name, ..)| *name == row.name);
    let values = counts.map(|(_, labels, value)| {
        let attributes = labels.iter().map(|(label, value)| attribute(label, value));
        (value, attributes.collect())
    });
    values.collect()
}

fn open_time(_: &Row, point: &Point) -> Vec<Value<f64>> {
    vec![(point.counts.open_time().as_secs_f64(), Vec::new())]
}

fn duration_sum(row: &Row, point: &Point) -> Vec<Value<f64>> {
    let sum = point.counts.durations(row);
    let sum = sum.map(|durations| (durations.sum().as_secs_f64(), Vec::new()));
    sum.into_iter().collect()
}

/// Returns the number of calls up to each of the bounds, and of all calls.
fn buckets(row: &Row, point: &Point) -> Vec<Value<u64>> {
    let Some(durations) = point.counts.durations(row) else {
        return Vec::new();
    };
    let up_to = |bound: f64| {
        let within = durations
            .each()
            .filter(|(_, duration, _)| *duration <= bound);
        within.map(|(_, _, calls)| calls).sum()
    };
    let bounded = DURATION_BOUNDS.iter().map(|bound| {
        let le = KeyValue::new("le", bound.to_string());
        (up_to(*bound), vec![le])
    });
    let all = (up_to(f64::INFINITY), vec![KeyValue::new("le", "+Inf")]);
    bounded.chain([all]).collect()
}

/// Returns the values of a gauge.
fn levels(row: &Row, point: &Point) -> Vec<Value<f64>> {
    match &point.levels {
        Levels::Breaker(Some(gauges)) => levels_of_breaker(row, gauges),
        Levels::Breaker(None) | Levels::Fleet(None) => Vec::new(),
        Levels::Fleet(Some(gauges)) => vec![(level_of_fleet(row, *gauges), Vec::new())],
    }
}

fn level_of_fleet(row: &Row, gauges: FleetGauges) -> f64 {
    if row.name == FLEET_CONNECTED.name {
        f64::from(u8::from(gauges.is_connected))
    } else {
        f64::from(gauges.members)
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 breakers")]
fn levels_of_breaker(row: &Row, gauges: &Gauges) -> Vec<Value<f64>> {
    let by_label = |values: &[(&'static str, usize)]| {
        let values = values.iter();
        let values = values.map(|(state, value)| (*value as f64, vec![attribute("state", state)]));
        values.collect()
    };
    let by_state = |values: [usize; STATES.len()]| {
        let labels = STATES.map(State::as_str);
        by_label(&std::array::from_fn::<_, { STATES.len() }, _>(|nth| {
            (labels[nth], values[nth])
        }))
    };
    let single = |value: Option<f64>| value.map(|value| (value, Vec::new())).into_iter().collect();
    let shared = gauges.shared;
    match row.name {
        name if name == KEYS.name => gauges.keys.map(by_state).unwrap_or_default(),
        name if name == PROBES_IN_FLIGHT.name => single(Some(gauges.probes_in_flight as f64)),
        name if name == IN_FLIGHT.name => single(gauges.in_flight.map(|calls| calls as f64)),
        name if name == OUTAGE.name => single(Some(gauges.outage.as_secs_f64())),
        name if name == FAILURE_RATE.name => single(gauges.failure_rate),
        name if name == SLOW_CALL_RATE.name => single(gauges.slow_call_rate),
        name if name == FLEET_STATE.name => {
            let states = |is: &'static str| FLEET_STATES.map(|it| (it, usize::from(it == is)));
            shared
                .map(|it| by_label(&states(it.state)))
                .unwrap_or_default()
        }
        name if name == FLEET_VOTES.name => single(shared.map(|it| it.votes as f64)),
        name if name == FLEET_VOTES_HERE.name => {
            single(shared.map(|it| f64::from(u8::from(it.votes_here))))
        }
        name if name == MACHINE_STATE.name => {
            let is = |state: State| usize::from(state == gauges.machine_state);
            by_label(&MACHINE_STATES.map(|state| (state.as_str(), is(state))))
        }
        _ => by_state(STATES.map(|state| usize::from(state == gauges.state))),
    }
}
