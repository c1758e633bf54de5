//! Reads instruments with the SDK of OpenTelemetry.

use std::collections::BTreeMap;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData, ScopeMetrics};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

pub(crate) struct Reader {
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
}

impl Reader {
    pub(crate) fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        Self { exporter, provider }
    }

    pub(crate) fn meter(&self) -> Meter {
        self.provider.meter("breaker")
    }

    /// Collects all instruments, and names their values as Prometheus names the same series.
    pub(crate) fn as_prometheus(&self) -> BTreeMap<(String, BTreeMap<String, String>), f64> {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        let mut values = BTreeMap::new();
        for exported in self.exporter.get_finished_metrics().unwrap() {
            for metric in exported.scope_metrics().flat_map(ScopeMetrics::metrics) {
                let name = name(metric);
                for (labels, value) in points(metric) {
                    let before = values.insert((name.clone(), labels), value);
                    assert_eq!(before, None, "{name} has one value for each set of labels");
                }
            }
        }
        values
    }
}

fn name(metric: &Metric) -> String {
    let (total, name) = (is_counter(metric), metric.name().replace('.', "_"));
    match &*name {
        "circuit_breaker_open_time" => "circuit_breaker_open_seconds_total".to_owned(),
        "circuit_breaker_outage" => "circuit_breaker_outage_seconds".to_owned(),
        "circuit_breaker_call_duration_bucket" => {
            "circuit_breaker_call_duration_seconds_bucket".to_owned()
        }
        "circuit_breaker_call_duration_sum" => {
            "circuit_breaker_call_duration_seconds_sum".to_owned()
        }
        "circuit_breaker_time_to_head_bucket" => {
            "circuit_breaker_time_to_head_seconds_bucket".to_owned()
        }
        "circuit_breaker_time_to_head_sum" => "circuit_breaker_time_to_head_seconds_sum".to_owned(),
        "circuit_breaker_fleet_lag_bucket" => "circuit_breaker_fleet_lag_seconds_bucket".to_owned(),
        "circuit_breaker_fleet_lag_sum" => "circuit_breaker_fleet_lag_seconds_sum".to_owned(),
        _ if total => format!("{name}_total"),
        _ => name,
    }
}

fn is_counter(metric: &Metric) -> bool {
    match metric.data() {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum.is_monotonic(),
        AggregatedMetrics::F64(MetricData::Sum(sum)) => sum.is_monotonic(),
        _ => false,
    }
}

fn labels<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> BTreeMap<String, String> {
    let label = |name: &str| match name {
        "circuit_breaker.name" => "breaker".to_owned(),
        name => name.trim_start_matches("circuit_breaker.").to_owned(),
    };
    let pairs = attributes.map(|it| (label(it.key.as_str()), it.value.to_string()));
    pairs.collect()
}

fn points(metric: &Metric) -> Vec<(BTreeMap<String, String>, f64)> {
    match metric.data() {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
            .data_points()
            .map(|it| (labels(it.attributes()), it.value() as f64))
            .collect(),
        AggregatedMetrics::F64(MetricData::Sum(sum)) => sum
            .data_points()
            .map(|it| (labels(it.attributes()), it.value()))
            .collect(),
        AggregatedMetrics::F64(MetricData::Gauge(gauge)) => gauge
            .data_points()
            .map(|it| (labels(it.attributes()), it.value()))
            .collect(),
        other => panic!("unexpected data: {other:?}"),
    }
}
