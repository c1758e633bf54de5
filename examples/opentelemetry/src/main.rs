//! Exports metrics to OpenTelemetry: one call registers instruments, which read the registry when they are collected.
//! A call through a breaker does no extra work for them.
//!
//! ```text
//! cargo run -p example-opentelemetry
//! ```

use anyhow::{Context, ensure};
use breaker_runtime::{BreakerError, Registry, State, circuit_breaker};
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
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

fn main() -> anyhow::Result<()> {
    // A real program would use an exporter that sends the metrics somewhere.
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    breaker_runtime::opentelemetry::observe(&provider.meter("breaker"), Registry::global());

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
    for (state, is_it) in [(State::Closed, 1), (State::Open, 0), (State::ForcedOpen, 0)] {
        let point = format!("circuit_breaker.state name=mail state={state} {is_it}");
        ensure!(has(&before, &point), "{point} is missing");
    }

    send("ada@example.org")?;
    for _ in 0..5 {
        ensure!(send("bob@example.com").is_err());
    }
    let open = collect("After three failures and two rejections")?;
    for point in [
        "circuit_breaker.calls name=mail outcome=success 1",
        "circuit_breaker.calls name=mail outcome=failure 3",
        "circuit_breaker.rejected name=mail reason=open 2",
        "circuit_breaker.state name=mail state=open 1",
        "circuit_breaker.state name=mail state=closed 0",
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
        "circuit_breaker.calls name=mail outcome=success 2",
        "circuit_breaker.calls name=mail outcome=failure 3",
        "circuit_breaker.state name=mail state=closed 1",
    ] {
        ensure!(has(&closed, point), "{point} is missing");
    }
    ensure!(
        !closed
            .iter()
            .any(|point| point.starts_with("circuit_breaker.failure_rate"))
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
                let labels = attributes.map(|one| {
                    let name = one.key.as_str().trim_start_matches("circuit_breaker.");
                    format!("{name}={}", one.value)
                });
                let mut labels: Vec<_> = labels.collect();
                labels.sort();
                points.push(format!("{} {} {value}", metric.name(), labels.join(" ")));
            };
            match metric.data() {
                AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
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
