//! Exports metrics to OpenTelemetry with observable instruments, which read the registry when they are
//! collected. So calls do not pay for metrics, and the runtime does not need a feature for them.
//!
//! A Prometheus exporter appends the unit and `_total` to the names, which gives the names that
//! `examples/monitoring` uses.
//!
//! ```text
//! cargo run -p example-opentelemetry
//! ```

use anyhow::{Context, ensure};
use breaker_runtime::{BreakerError, KeyStats, Registry, Snapshot, State, Totals, circuit_breaker};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ScopeMetrics};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

#[derive(Debug, thiserror::Error)]
enum MailError {
    #[error("the mail server is down")]
    Down,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(name = "mail", threshold = 3)]
fn send(to: &str) -> Result<usize, MailError> {
    if to.ends_with("@example.org") {
        Ok(to.len())
    } else {
        Err(MailError::Down)
    }
}

/// A reading of one name: its breaker, and the breakers of its keys together.
struct Look {
    own: Snapshot,
    keys: Option<KeyStats>,
}

impl Look {
    fn all() -> impl Iterator<Item = Self> {
        let registry = Registry::global();
        // A reading for each key would create as many series as there are keys.
        let names = registry
            .snapshot()
            .into_iter()
            .filter(|one| one.key.is_none());
        names.map(|own| Self {
            keys: registry.key_stats(&own.name),
            own,
        })
    }

    fn name(&self) -> KeyValue {
        KeyValue::new("breaker", self.own.name.clone())
    }

    /// Adds up a value over the breaker and the breakers of its keys, including evicted ones.
    fn sum<N: std::iter::Sum>(&self, what: impl Fn(&Totals) -> N) -> N {
        let keys = self.keys.iter().map(|keys| &keys.totals);
        std::iter::once(&self.own.totals)
            .chain(keys)
            .map(what)
            .sum()
    }
}

const STATES: [State; 5] = [
    State::Closed,
    State::Open,
    State::HalfOpen,
    State::ForcedOpen,
    State::ForcedClosed,
];

/// Registers the instruments. They live as long as the provider.
fn observe(meter: &Meter) {
    meter
        .u64_observable_counter("circuit_breaker_calls")
        .with_description("Calls that have ended, by outcome. Rejections do not count as calls.")
        .with_callback(|observer| {
            for look in Look::all() {
                for (outcome, calls) in [
                    ("success", look.sum(|totals| totals.successes)),
                    ("failure", look.sum(|totals| totals.failures)),
                    ("ignored", look.sum(|totals| totals.ignored)),
                    ("cancelled", look.sum(|totals| totals.cancelled)),
                ] {
                    observer.observe(calls, &[look.name(), KeyValue::new("outcome", outcome)]);
                }
            }
        })
        .build();
    meter
        .u64_observable_counter("circuit_breaker_rejected")
        .with_description("Rejected calls, by reason.")
        .with_callback(|observer| {
            for look in Look::all() {
                for (reason, rejected) in [
                    ("open", look.sum(|totals| totals.rejections.open)),
                    (
                        "half_open_full",
                        look.sum(|totals| totals.rejections.half_open_full),
                    ),
                    ("ramp", look.sum(|totals| totals.rejections.ramp)),
                    ("forced", look.sum(|totals| totals.rejections.forced)),
                ] {
                    observer.observe(rejected, &[look.name(), KeyValue::new("reason", reason)]);
                }
            }
        })
        .build();
    meter
        .u64_observable_gauge("circuit_breaker_state")
        .with_description("1 for the current state, 0 for the others.")
        .with_callback(|observer| {
            for look in Look::all() {
                for state in STATES {
                    let is_it = u64::from(look.own.state == state);
                    observer.observe(
                        is_it,
                        &[look.name(), KeyValue::new("state", state.as_str())],
                    );
                }
            }
        })
        .build();
    meter
        .f64_observable_counter("circuit_breaker_open")
        .with_unit("s")
        .with_description("The time spent open, including the current open period.")
        .with_callback(|observer| {
            for look in Look::all() {
                let seconds = look.sum(|totals| totals.open_time.as_secs_f64());
                observer.observe(seconds, &[look.name()]);
            }
        })
        .build();
    meter
        .f64_observable_gauge("circuit_breaker_failure_rate")
        .with_description("The share of failures in the window; absent below min_calls.")
        .with_callback(|observer| {
            for look in Look::all() {
                // Without an observation there is no data point, which is how "unknown" looks.
                if let Some(rate) = look.own.window.and_then(|window| window.failure_rate) {
                    observer.observe(rate, &[look.name()]);
                }
            }
        })
        .build();
}

fn main() -> anyhow::Result<()> {
    // A real program would use an exporter that sends the metrics somewhere.
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    observe(&provider.meter("breaker"));

    let collect = |when: &str| -> anyhow::Result<Vec<String>> {
        exporter.reset();
        provider.force_flush()?;
        let points = points(&exporter)?;
        println!("{when}:");
        for point in points.iter().filter(|point| !point.ends_with(" 0")) {
            println!("  {point}");
        }
        Ok(points)
    };
    let has = |points: &[String], point: &str| points.iter().any(|other| other == point);

    let before = collect("Before the first call")?;
    for state in STATES {
        let is_it = u8::from(state == State::Closed);
        let point = format!("circuit_breaker_state breaker=mail state={state} {is_it}");
        ensure!(has(&before, &point), "{point} is missing");
    }

    send("ada@example.org")?;
    for _ in 0..5 {
        ensure!(send("bob@example.com").is_err());
    }
    let open = collect("After three failures and two rejections")?;
    for point in [
        "circuit_breaker_calls breaker=mail outcome=success 1",
        "circuit_breaker_calls breaker=mail outcome=failure 3",
        "circuit_breaker_rejected breaker=mail reason=open 2",
        "circuit_breaker_state breaker=mail state=open 1",
        "circuit_breaker_state breaker=mail state=closed 0",
    ] {
        ensure!(has(&open, point), "{point} is missing");
    }

    Registry::global()
        .get("mail")
        .context("declared above")?
        .reset();
    send("ada@example.org")?;
    let closed = collect("After a reset")?;
    for point in [
        "circuit_breaker_calls breaker=mail outcome=success 2",
        "circuit_breaker_calls breaker=mail outcome=failure 3",
        "circuit_breaker_state breaker=mail state=closed 1",
    ] {
        ensure!(has(&closed, point), "{point} is missing");
    }
    ensure!(
        !closed
            .iter()
            .any(|point| point.starts_with("circuit_breaker_failure_rate"))
    );
    provider.shutdown()?;
    Ok(())
}

/// The exported data points as text.
fn points(exporter: &InMemoryMetricExporter) -> anyhow::Result<Vec<String>> {
    let mut points = Vec::new();
    for exported in exporter.get_finished_metrics()? {
        for metric in exported.scope_metrics().flat_map(ScopeMetrics::metrics) {
            let mut point = |attributes: &mut dyn Iterator<Item = &KeyValue>, value: String| {
                let labels = attributes.map(|one| format!("{}={}", one.key, one.value));
                let mut labels: Vec<_> = labels.collect();
                labels.sort();
                points.push(format!("{} {} {value}", metric.name(), labels.join(" ")));
            };
            match metric.data() {
                AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
                    .data_points()
                    .for_each(|one| point(&mut one.attributes(), one.value().to_string())),
                AggregatedMetrics::U64(MetricData::Gauge(gauge)) => gauge
                    .data_points()
                    .for_each(|one| point(&mut one.attributes(), one.value().to_string())),
                AggregatedMetrics::F64(MetricData::Sum(sum)) => sum
                    .data_points()
                    .for_each(|one| point(&mut one.attributes(), one.value().to_string())),
                AggregatedMetrics::F64(MetricData::Gauge(gauge)) => gauge
                    .data_points()
                    .for_each(|one| point(&mut one.attributes(), one.value().to_string())),
                other => anyhow::bail!("unexpected data: {other:?}"),
            }
        }
    }
    points.sort();
    Ok(points)
}
