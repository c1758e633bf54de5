//! The stream of events.

use breaker_runtime::{Config, EventKind, Registry};

use crate::support::Bench;

#[tokio::test]
async fn a_stream_yields_every_event_in_order() {
    let bench = Bench::default();
    let mut events = bench.registry.events();
    bench.breaker.trip();
    bench.breaker.force_closed("a test", None);
    bench.breaker.reset();
    for sequence in 1..=5 {
        let event = events.next().await.unwrap().unwrap();
        assert_eq!(event.sequence(), sequence);
    }
}

#[tokio::test]
async fn a_reader_that_is_too_slow_loses_the_oldest_events_and_learns_how_many() {
    let bench = Bench::default();
    let mut events = bench.registry.events();
    for _ in 0..50 {
        bench.breaker.trip();
        bench.breaker.reset();
    }
    let missed = events.next().await.unwrap().unwrap_err();
    assert_eq!(missed.events, 300 - 256);
    assert_eq!(missed.to_string(), "missed 44 events");
    for sequence in 45..=300 {
        let event = events.next().await.unwrap().unwrap();
        assert_eq!(event.sequence(), sequence);
    }
}

#[tokio::test]
async fn the_stream_ends_with_the_registry() {
    let registry = Registry::new();
    let mut events = registry.events();
    registry
        .get_or_create("payment", Config::new())
        .unwrap()
        .trip();
    drop(registry);
    let action = events.next().await.unwrap().unwrap();
    assert!(matches!(action.kind(), EventKind::Action(_)));
    let event = events.next().await.unwrap().unwrap();
    assert!(matches!(event.kind(), EventKind::Transition(_)));
    let outage = events.next().await.unwrap().unwrap();
    assert!(matches!(outage.kind(), EventKind::OutageBegan(_)));
    // An event keeps its breaker, and so the listeners, alive.
    drop((action, event, outage));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn the_stream_implements_the_stream_trait() {
    use futures::StreamExt;

    let bench = Bench::default();
    let events = bench.registry.events();
    bench.breaker.trip();
    bench.breaker.reset();
    let four: Vec<_> = StreamExt::take(events, 4).collect().await;
    assert!(four.iter().all(Result::is_ok));
}
