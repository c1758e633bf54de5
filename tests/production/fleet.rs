//! The series of a fleet, in Prometheus and in OpenTelemetry.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use breaker_runtime::fleet::{Fleet, Membership, MemoryFault, MemoryStore, Quorum};
use breaker_runtime::metrics::{DURATION_BUCKETS, Publisher, SERIES};
use breaker_runtime::test_util::TokioClock;
use breaker_runtime::{Config, Registry, RejectionReason, State};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use super::metrics::{Exposition, is_of_fleet};
use super::otel::Reader;

/// An instance that is scraped.
struct Pod {
    registry: Registry,
    publisher: Publisher,
    prometheus: PrometheusRecorder,
    fleet: Membership,
}

impl Pod {
    async fn join(store: &MemoryStore) -> Self {
        let registry = Registry::with_clock(TokioClock::new());
        let shared = Config::new().threshold(2).shared(true);
        registry.get_or_create("bank", shared).unwrap();
        registry.get_or_create("mail", Config::new()).unwrap();
        let fleet = Fleet::new("shop").store(store.clone());
        let fleet = fleet.quorum(Quorum::at_least(2)).join(&registry).unwrap();
        fleet.joined().await.unwrap();
        let prometheus = PrometheusBuilder::new().set_buckets(DURATION_BUCKETS);
        Self {
            publisher: Publisher::new(&registry),
            registry,
            prometheus: prometheus.unwrap().build_recorder(),
            fleet,
        }
    }

    fn fail(&self) {
        let bank = self.registry.get("bank").unwrap();
        for _ in 0..2 {
            let _ = bank.call(|| Err::<(), _>("down"));
        }
    }

    fn scrape(&self) -> Exposition {
        ::metrics::with_local_recorder(&self.prometheus, || self.publisher.publish());
        Exposition::read(&self.prometheus.handle().render())
    }
}

/// Makes a fleet of two whose epoch is old enough for a quorum.
async fn fleet() -> (MemoryStore, Pod, Pod) {
    let store = MemoryStore::with_clock(TokioClock::new());
    let (one, two) = (Pod::join(&store).await, Pod::join(&store).await);
    tokio::time::sleep(Duration::from_secs(30)).await;
    (store, one, two)
}

async fn settle() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

fn value(exposition: &Exposition, series: &str, labels: &[(&str, &str)]) -> f64 {
    let family = exposition.families.get(series);
    let family = family.unwrap_or_else(|| panic!("no {series}"));
    let labels: BTreeMap<_, _> = labels
        .iter()
        .map(|(label, value)| ((*label).to_owned(), (*value).to_owned()))
        .collect();
    let found = family.samples.get(&(series.to_owned(), labels));
    *found.unwrap_or_else(|| panic!("no such {series}: {:?}", family.samples))
}

#[test]
fn nothing_is_told_of_a_fleet_before_one_is_joined() {
    let registry = Registry::new();
    let shared = Config::new().shared(true);
    registry.get_or_create("bank", shared).unwrap();
    let prometheus = PrometheusBuilder::new().build_recorder();
    ::metrics::with_local_recorder(&prometheus, || Publisher::new(&registry).publish());
    let exposition = Exposition::read(&prometheus.handle().render());
    let mut of_fleet = exposition.families.iter();
    assert!(!of_fleet.any(|(name, family)| is_of_fleet(name) && !family.samples.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn an_opening_shows_in_state_and_votes() {
    let (_store, one, two) = fleet().await;
    let bank = [("breaker", "bank")];
    let state = |of: &Exposition, state: &str| {
        let labels = [("breaker", "bank"), ("state", state)];
        value(of, "circuit_breaker_fleet_state", &labels)
    };
    one.fail();
    settle().await;
    let scrape = two.scrape();
    assert_eq!(state(&scrape, "closed"), 1.0);
    // The vote of one member alone.
    let of_voter = one.scrape();
    assert_eq!(
        value(&of_voter, "circuit_breaker_fleet_votes_here", &bank),
        1.0
    );
    assert_eq!(value(&of_voter, "circuit_breaker_fleet_votes", &bank), 1.0);
    assert_eq!(
        value(&scrape, "circuit_breaker_fleet_votes_here", &bank),
        0.0
    );

    two.fail();
    settle().await;
    for pod in [&one, &two] {
        let scrape = pod.scrape();
        assert_eq!(state(&scrape, "open"), 1.0);
        assert_eq!(state(&scrape, "closed"), 0.0);
        assert_eq!(value(&scrape, "circuit_breaker_fleet_votes", &bank), 2.0);
    }
    one.fleet.force_open("bank", "INC-42", None).await.unwrap();
    assert_eq!(state(&one.scrape(), "forced_open"), 1.0);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_shows_in_connected_and_errors() {
    let (store, one, _two) = fleet().await;
    let shop = [("fleet", "shop")];
    let away = [("fleet", "shop"), ("why", "away")];
    let scrape = one.scrape();
    assert_eq!(
        value(&scrape, "circuit_breaker_fleet_connected", &shop),
        1.0
    );
    assert_eq!(value(&scrape, "circuit_breaker_fleet_members", &shop), 2.0);
    assert_eq!(
        value(&scrape, "circuit_breaker_fleet_errors_total", &away),
        0.0
    );
    let round_trips = value(&scrape, "circuit_breaker_fleet_round_trips_total", &shop);
    assert!(round_trips >= 5.0, "{round_trips}");

    store.fail(MemoryFault::Away);
    tokio::time::sleep(Duration::from_secs(20)).await;
    let scrape = one.scrape();
    assert_eq!(
        value(&scrape, "circuit_breaker_fleet_connected", &shop),
        0.0
    );
    assert!(value(&scrape, "circuit_breaker_fleet_errors_total", &away) >= 2.0);
    let later = value(&scrape, "circuit_breaker_fleet_round_trips_total", &shop);
    assert!(later >= round_trips);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_has_left_is_neither_connected_nor_alone() {
    let (_store, one, _two) = fleet().await;
    one.scrape();
    let Pod {
        fleet,
        publisher,
        prometheus,
        registry: _registry,
    } = one;
    fleet.leave().await;
    ::metrics::with_local_recorder(&prometheus, || publisher.publish());
    let scrape = Exposition::read(&prometheus.handle().render());
    let connected = value(
        &scrape,
        "circuit_breaker_fleet_connected",
        &[("fleet", "shop")],
    );
    assert!(connected.is_nan(), "{connected}");
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_waits_for_the_prober_of_the_fleet_rejects_with_a_reason_of_its_own() {
    let (_store, one, two) = fleet().await;
    one.fail();
    two.fail();
    settle().await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    // Both have calls, and one of them gets the lease.
    let banks = [&one, &two].map(|pod| pod.registry.get("bank").unwrap());
    let probe = async {
        loop {
            for (nth, bank) in banks.iter().enumerate() {
                if let Ok(probe) = bank.try_acquire() {
                    return (nth, probe);
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let probe = tokio::time::timeout(Duration::from_secs(10), probe).await;
    let (probes, _probe) = probe.expect("one of them probes");
    let waits = 1 - probes;
    assert_eq!(banks[waits].state(), State::Open);
    let rejected = banks[waits].try_acquire().unwrap_err();
    assert_eq!(rejected.reason(), RejectionReason::ProbedElsewhere);
    let scrape = [&one, &two][waits].scrape();
    let labels = [("breaker", "bank"), ("reason", "probed_elsewhere")];
    assert!(value(&scrape, "circuit_breaker_rejected_total", &labels) >= 1.0);
}

#[tokio::test(start_paused = true)]
async fn the_list_of_series_matches_both_exporters_in_a_fleet() {
    let (_store, one, two) = fleet().await;
    one.fail();
    two.fail();
    settle().await;
    let scrape = one.scrape();
    let reader = Reader::new();
    breaker_runtime::opentelemetry::observe(&reader.meter(), &one.registry);
    let collected = reader.as_prometheus();
    for series in SERIES.iter().filter(|series| is_of_fleet(series.name)) {
        let family = scrape.families.get(series.name);
        let family = family.unwrap_or_else(|| panic!("no {}", series.name));
        assert_eq!(family.help.as_deref(), Some(series.help));
        for ((sample, labels), value) in &family.samples {
            let named: BTreeSet<_> = labels.keys().map(String::as_str).collect();
            let mut listed: BTreeSet<_> = series.labels.iter().copied().collect();
            if sample.ends_with("_bucket") {
                listed.insert("le");
            }
            assert_eq!(named, listed, "{sample}");
            // OpenTelemetry has no series for the count, which the last bucket is.
            if !sample.ends_with("_count") {
                let other = collected.get(&(sample.clone(), labels.clone()));
                let is_same = other.is_some_and(|other| (other - value).abs() < 1e-3);
                assert!(is_same, "{sample} {labels:?}: {value} and {other:?}");
            }
        }
    }
}
