//! Keys as labels, if the program asks for them.

use std::time::Duration;

use breaker_runtime::{CircuitBreaker, Config};

use super::super::otel::Reader;
use super::{Exposition, Scraped, fail, succeed};

fn labelled(max: usize) -> Scraped {
    let mut scraped = Scraped::new();
    scraped.publisher = scraped.publisher.with_key_labels(max);
    scraped
}

fn config() -> Config {
    Config::new().threshold(2).max_keys(2).latency(true)
}

fn key(scraped: &Scraped, key: &str) -> CircuitBreaker {
    scraped.keyed("fetch", key, config())
}

/// The failures of a key, or of what has no label.
#[track_caller]
fn failures(exposition: &Exposition, key: Option<&str>) -> f64 {
    let key = key.map_or(String::new(), |key| format!(",key={key}"));
    let labels = format!("breaker=fetch{key},outcome=failure");
    exposition.value("circuit_breaker_calls_total", &labels)
}

#[test]
fn the_first_keys_get_labels_and_the_rest_is_added_up_without() {
    let scraped = labelled(1);
    fail(&key(&scraped, "a.example"));
    let before = scraped.scrape();
    assert_eq!(failures(&before, Some("a.example")), 1.0);
    assert_eq!(failures(&before, None), 0.0);

    fail(&key(&scraped, "a.example"));
    fail(&key(&scraped, "b.example"));
    fail(&scraped.breaker("fetch", config()));
    assert!(key(&scraped, "a.example").try_acquire().is_err());
    let after = scraped.scrape();
    assert_eq!(failures(&after, Some("a.example")), 2.0);
    assert_eq!(failures(&after, None), 2.0, "another key, and no key");
    let of = |series: &str, labels: &str| {
        let labels = format!("breaker=fetch{labels}");
        after.value(&format!("circuit_breaker_{series}"), &labels)
    };
    assert_eq!(of("rejected_total", ",key=a.example,reason=open"), 1.0);
    assert_eq!(of("rejected_total", ",reason=open"), 0.0);
    assert_eq!(of("call_duration_seconds_count", ",key=a.example"), 2.0);
    assert_eq!(of("call_duration_seconds_count", ""), 2.0);
    assert_eq!(of("state", ",key=a.example,state=open"), 1.0);
    assert!(!scraped.prometheus.handle().render().contains("b.example"));
}

#[test]
fn without_being_asked_for_no_key_is_a_label() {
    let scraped = Scraped::new();
    fail(&key(&scraped, "a.example"));
    assert_eq!(failures(&scraped.scrape(), None), 1.0);
    assert!(!scraped.prometheus.handle().render().contains("a.example"));
}

#[test]
fn no_counter_decreases_when_keys_are_evicted_and_come_back() {
    let scraped = labelled(3);
    succeed(&key(&scraped, "key 0"));
    let reader = Reader::new();
    breaker_runtime::opentelemetry::observe_with_keys(&reader.meter(), &scraped.registry, 3);
    let mut before = (scraped.scrape().counters(), reader.as_prometheus());
    for round in 0..40 {
        let breaker = key(&scraped, &format!("key {}", round % 5));
        match round % 3 {
            0 => fail(&breaker),
            _ => succeed(&breaker),
        }
        drop(breaker);
        let after = (scraped.scrape().counters(), reader.as_prometheus());
        for (series, value) in &before.0 {
            assert!(after.0[series] >= *value, "{series:?} was {value}");
        }
        for (series, value) in before
            .1
            .iter()
            .filter(|((name, _), _)| name.ends_with("_total"))
        {
            assert!(after.1[series] >= *value, "{series:?} was {value}");
        }
        before = after;
        scraped.clock.advance(Duration::from_secs(700));
    }
    let calls = |((name, labels), value): (&(String, _), &f64)| {
        let labels: &super::exposition::Labels = labels;
        let is_call = name == "circuit_breaker_calls_total" && labels["breaker"] == "fetch";
        is_call.then_some((labels.get("key").cloned(), *value))
    };
    for counted in [&before.0, &before.1] {
        let counted: Vec<_> = counted.iter().filter_map(calls).collect();
        let all: f64 = counted.iter().map(|(_, value)| value).sum();
        assert_eq!(all, 41.0, "each call counts once");
        let keys: std::collections::BTreeSet<_> = counted.into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), 4, "three keys and the rest: {keys:?}");
    }
}

#[test]
fn an_evicted_key_has_no_state() {
    let scraped = labelled(9);
    succeed(&key(&scraped, "a"));
    let state = |exposition: &Exposition| {
        exposition.value("circuit_breaker_state", "breaker=fetch,key=a,state=closed")
    };
    assert_eq!(state(&scraped.scrape()), 1.0);
    scraped.clock.advance(Duration::from_secs(700));
    for other in ["b", "c", "d"] {
        succeed(&key(&scraped, other));
    }
    assert!(scraped.registry.get_keyed("fetch", "a").is_none());
    assert_eq!(state(&scraped.scrape()), 0.0);
    succeed(&key(&scraped, "a"));
    assert_eq!(state(&scraped.scrape()), 1.0);
}

#[test]
fn key_is_a_label_that_no_other_label_may_have() {
    let scraped = Scraped::new();
    let error = breaker_runtime::metrics::Publisher::with_labels(&scraped.registry, [("key", "a")]);
    assert!(error.unwrap_err().to_string().contains("`key`"));
}

#[test]
fn a_name_that_is_removed_and_made_again_keeps_the_counts_of_its_keys() {
    let scraped = labelled(2);
    fail(&key(&scraped, "a"));
    scraped.scrape();
    scraped.registry.remove("fetch");
    scraped.scrape();
    fail(&key(&scraped, "a"));
    fail(&key(&scraped, "b"));
    let exposition = scraped.scrape();
    assert_eq!(failures(&exposition, Some("a")), 2.0);
    assert_eq!(failures(&exposition, Some("b")), 1.0);
    assert_eq!(failures(&exposition, None), 0.0);
}
