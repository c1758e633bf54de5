//! The series of the feature `metrics`, as Prometheus scrapes them.

mod counters;
mod durations;
mod exposition;
mod keys;
mod monitoring;
mod states;

use std::collections::BTreeSet;
use std::time::Duration;

use breaker_runtime::metrics::{DURATION_BUCKETS, Kind, Publisher, SERIES};
use breaker_runtime::test_util::ManualClock;
use breaker_runtime::{CircuitBreaker, Config, Registry, State, Window};
use futures::channel::mpsc;
use futures::{FutureExt as _, StreamExt as _};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

pub(crate) use self::exposition::Exposition;

pub(crate) const STATES: [State; 5] = [
    State::Closed,
    State::Open,
    State::HalfOpen,
    State::ForcedOpen,
    State::ForcedClosed,
];

pub(crate) const OPEN_FOR: Duration = Duration::from_secs(30);

/// A registry and the exporter that publishes it.
pub(crate) struct Scraped {
    pub(crate) clock: ManualClock,
    pub(crate) registry: Registry,
    pub(crate) publisher: Publisher,
    pub(crate) prometheus: PrometheusRecorder,
}

impl Scraped {
    pub(crate) fn new() -> Self {
        let clock = ManualClock::new();
        let registry = Registry::with_clock(clock.clone());
        let prometheus = PrometheusBuilder::new().set_buckets(DURATION_BUCKETS);
        Self {
            clock,
            publisher: Publisher::new(&registry),
            registry,
            prometheus: prometheus.unwrap().build_recorder(),
        }
    }

    pub(crate) fn breaker(&self, name: &str, config: Config) -> CircuitBreaker {
        self.registry.get_or_create(name, config).unwrap()
    }

    pub(crate) fn keyed(&self, name: &str, key: &str, config: Config) -> CircuitBreaker {
        self.registry
            .get_or_create_keyed(name, key, config)
            .unwrap()
    }

    /// Publishes the registry and scrapes it.
    pub(crate) fn scrape(&self) -> Exposition {
        ::metrics::with_local_recorder(&self.prometheus, || self.publisher.publish());
        Exposition::read(&self.prometheus.handle().render())
    }
}

pub(crate) fn succeed(breaker: &CircuitBreaker) {
    breaker.try_acquire().unwrap().success();
}

pub(crate) fn fail(breaker: &CircuitBreaker) {
    breaker.try_acquire().unwrap().failure();
}

/// Reads a stream whose first item takes a while.
pub(crate) fn stream(scraped: &Scraped, breaker: &CircuitBreaker, to_head: Duration) {
    let (sender, receiver) = mpsc::unbounded();
    let mut stream = breaker.guard_stream(receiver);
    assert!(stream.next().now_or_never().is_none());
    scraped.clock.advance(to_head);
    sender.unbounded_send(Ok::<_, ()>(1)).unwrap();
    drop(sender);
    assert_eq!(stream.count().now_or_never(), Some(1));
}

/// Returns whether a series is that of a fleet, which does not exist before one is joined.
pub(crate) fn is_of_fleet(series: &str) -> bool {
    series.starts_with("circuit_breaker_fleet_")
}

/// Returns a scrape that has every series except those of a fleet.
pub(crate) fn full() -> Exposition {
    let scraped = Scraped::new();
    let config = Config::new()
        .window(Window::Calls(4))
        .failure_rate(1.0)
        .max_in_flight(9)
        .latency(true);
    let payment = scraped.breaker("payment", config.min_calls(1));
    succeed(&payment);
    stream(&scraped, &payment, Duration::ZERO);
    scraped.keyed("fetch", "a.example", Config::new());
    scraped.scrape()
}

#[test]
fn the_list_of_series_matches_the_exporter() {
    let exposition = full();
    let shown: BTreeSet<_> = exposition.families.keys().map(String::as_str).collect();
    let series = || SERIES.iter().filter(|series| !is_of_fleet(series.name));
    let listed: BTreeSet<_> = series().map(|series| series.name).collect();
    assert_eq!(shown, listed);
    assert_eq!(listed.len(), series().count());

    for series in series() {
        let family = &exposition.families[series.name];
        let kind = match series.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            other => panic!("{other:?}"),
        };
        assert_eq!(family.kind, kind, "{}", series.name);
        assert_eq!(family.help.as_deref(), Some(series.help));
        for (sample, labels) in family.samples.keys() {
            let labels: BTreeSet<_> = labels.keys().map(String::as_str).collect();
            let mut listed: BTreeSet<_> = series.labels.iter().copied().collect();
            if sample.ends_with("_bucket") {
                listed.insert("le");
            }
            assert_eq!(labels, listed, "{sample}");
        }
    }
}

#[test]
fn the_documentation_has_every_series() {
    let documentation = include_str!("../../../breaker-runtime/src/integrations/metrics/mod.rs");
    for series in SERIES {
        let row = format!("//! | `{}` | ", series.name);
        let row = documentation.lines().find(|line| line.starts_with(&row));
        let row = row.unwrap_or_else(|| panic!("no row for {}", series.name));
        for label in &series.labels[1..] {
            assert!(row.contains(&format!("`{label}`")), "{row}");
        }
    }
}

#[test]
fn the_function_publish_publishes_the_global_registry() {
    let prometheus = PrometheusBuilder::new().build_recorder();
    let name = "tests_metrics_global";
    Registry::global()
        .get_or_create(name, Config::new())
        .unwrap();
    ::metrics::with_local_recorder(&prometheus, breaker_runtime::metrics::publish);
    let exposition = prometheus.handle().render();
    let line = format!(r#"circuit_breaker_state{{breaker="{name}",state="closed"}} 1"#);
    assert!(
        exposition.lines().any(|other| other == line),
        "{exposition}"
    );
}
