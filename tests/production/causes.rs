//! The cause of an opening: for which calls it is asked for, and where it is kept.

use std::convert::Infallible;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::tower::CircuitBreakerLayer;
use breaker_runtime::{
    BreakerError, Cause, Config, Event, EventKind, Registry, Snapshot, circuit_breaker,
};
use tower::{Layer, ServiceExt, service_fn};

use crate::support::{Bench, OPEN_FOR};

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("connection refused")]
    Refused,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(name = "cause.error", threshold = 2, probe_failures = 2, cause)]
fn shown(up: bool) -> Result<(), Error> {
    if up { Ok(()) } else { Err(Error::Refused) }
}

static ASKED: AtomicU32 = AtomicU32::new(0);

#[circuit_breaker(
    name = "cause.closure",
    threshold = 3,
    failure(500..),
    cause = |status| { ASKED.fetch_add(1, Ordering::SeqCst); format!("{host}: {status}") },
    fallback = |_| 0,
)]
fn status(host: &str, answer: u16) -> u16 {
    answer
}

fn describe(answer: &Result<u8, &'static str>) -> &'static str {
    answer.as_ref().err().copied().unwrap_or_default()
}

#[circuit_breaker(
    name = "cause.path",
    threshold = 1,
    call_timeout = "2s",
    cause = describe,
    fallback = |_| Err("rejected"),
    fallback_on = any,
)]
async fn described(answer: Option<&'static str>) -> Result<u8, &'static str> {
    match answer {
        Some(error) => Err(error),
        None => std::future::pending().await,
    }
}

fn causes(snapshot: &Snapshot) -> Vec<Option<String>> {
    let transitions = snapshot.history.iter().map(|past| &past.transition);
    let openings = transitions.filter(|transition| transition.open_period.is_some());
    let text = |cause: &Cause| cause.text.to_string();
    openings.map(|it| it.cause.as_ref().map(text)).collect()
}

#[test]
fn the_cause_is_the_error_that_opened_the_circuit_and_the_function_whose_call_it_was() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let breaker = test.get("cause.error").expect("declared above");
    let events = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&events);
    // Other tests declare breakers that conflict.
    let listener = move |event: &Event| {
        if event.breaker().name() == "cause.error" {
            list.lock().unwrap().push(event.kind().clone());
        }
    };
    test.subscribe(listener).detach();
    assert!(shown(true).is_ok());
    assert!(shown(false).is_err() && shown(false).is_err());

    let snapshot = breaker.snapshot();
    let cause = snapshot.history[0].transition.cause.clone().unwrap();
    assert_eq!(&*cause.text, "connection refused");
    assert_eq!(cause.function, Some("shown"));
    assert!(cause.file.ends_with("causes.rs") && cause.line > 0);
    let outage = snapshot.outage.unwrap();
    assert_eq!(outage.first.transition.cause.as_ref(), Some(&cause));
    assert_eq!(outage.last, outage.first);
    let events = std::mem::take(&mut *events.lock().unwrap());
    let [
        EventKind::Transition(opening),
        EventKind::OutageBegan(outage),
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(opening.cause.as_ref(), Some(&cause));
    assert_eq!(outage.first.transition.cause.as_ref(), Some(&cause));
}

#[test]
fn a_failed_probe_that_opens_the_circuit_again_has_a_cause() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let breaker = test.get("cause.error").expect("declared above");
    breaker.trip();
    test.clock().advance(OPEN_FOR);
    // The first of two failures that open the circuit again changes no state.
    assert!(shown(false).is_err() && shown(false).is_err());
    let causes = causes(&breaker.snapshot());
    assert_eq!(causes, [None, Some("connection refused".to_owned())]);
}

#[test]
fn only_the_call_that_opens_the_circuit_is_asked() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let breaker = test.get("cause.closure").expect("declared above");
    for answer in [200, 500, 200, 500, 501] {
        status("bank.example", answer);
    }
    assert_eq!(ASKED.load(Ordering::SeqCst), 0);
    status("bank.example", 502);
    assert_eq!(ASKED.load(Ordering::SeqCst), 1);
    status("bank.example", 503);
    assert_eq!(ASKED.load(Ordering::SeqCst), 1);
    let causes = causes(&breaker.snapshot());
    assert_eq!(causes, [Some("bank.example: 502".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn an_async_function_has_a_cause_and_so_has_a_timeout() {
    let test = TestRegistry::with_clock(TokioClock::new());
    let breaker = test.get("cause.path").expect("declared above");
    let _ = test.scope(described(Some("no route"))).await;
    breaker.reset();
    let _ = test.scope(described(None)).await;
    let snapshot = breaker.snapshot();
    let expected = [Some("no route".to_owned()), causes(&snapshot)[1].clone()];
    assert_eq!(causes(&snapshot), expected);
    let timeout = snapshot.outage.unwrap().first.transition.cause.unwrap();
    assert!(timeout.text.contains("2s"), "{timeout}");
    assert_eq!(timeout.function, Some("described"));
}

#[test]
fn a_permit_states_its_cause() {
    let bench = Bench::new(Config::new().threshold(2));
    let asked = AtomicU32::new(0);
    for _ in 0..2 {
        bench.permit().failure_with_cause(|| {
            asked.fetch_add(1, Ordering::SeqCst);
            "no route"
        });
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let snapshot = bench.breaker.snapshot();
    let cause = snapshot.history[0].transition.cause.clone().unwrap();
    assert_eq!((&*cause.text, cause.function), ("no route", None));
    assert!(cause.file.ends_with("causes.rs"));
}

#[tokio::test]
async fn a_layer_states_its_cause() {
    let registry = Registry::new();
    let layer = CircuitBreakerLayer::in_registry(&registry, "search", Config::new().threshold(1));
    let layer = layer
        .unwrap()
        .cause(|answer: Result<&u8, &String>| answer.err().cloned().unwrap_or_default());
    let service = layer.layer(service_fn(|()| async {
        Err::<u8, _>("no route".to_owned())
    }));
    assert!(service.oneshot(()).await.is_err());
    let snapshot = registry.get("search").unwrap().snapshot();
    let cause = snapshot.history[0].transition.cause.clone().unwrap();
    assert_eq!(&*cause.text, "no route");
    assert!(cause.file.ends_with("causes.rs"));
    // A layer that states none has none.
    let layer = CircuitBreakerLayer::in_registry(&registry, "mail", Config::new().threshold(1));
    let service = layer
        .unwrap()
        .classify(|_: Result<&(), &Infallible>| breaker_runtime::Outcome::Failure)
        .layer(service_fn(|()| async { Ok::<_, Infallible>(()) }));
    assert!(service.oneshot(()).await.is_ok());
    assert_eq!(causes(&registry.get("mail").unwrap().snapshot()), [None]);
}

/// A cause that panics when it is formatted.
struct Grenade;

impl fmt::Display for Grenade {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("the cause")
    }
}

#[test]
fn a_cause_that_panics_is_counted_and_the_call_is_what_it_was() {
    let bench = Bench::new(Config::new().threshold(1));
    let record = bench.record();
    bench.permit().failure_with_cause(|| Grenade);
    assert_eq!(bench.registry.cause_panics(), 1);
    assert_eq!(bench.registry.listener_panics(), 0);
    assert_eq!(causes(&bench.breaker.snapshot()), [None]);
    assert_eq!(bench.breaker.snapshot().totals.failures, 1);
    // The events were delivered all the same.
    assert_eq!(record.take().len(), 2);
}

#[test]
fn a_cause_may_use_the_breaker_and_the_events_wait_for_it() {
    let bench = Bench::new(Config::new().threshold(1));
    let record = bench.record();
    bench.permit().failure_with_cause(|| {
        assert!(bench.rejects());
        bench.breaker.reset();
        assert_eq!(bench.breaker.snapshot().past_outages.len(), 1);
        assert_eq!(record.take().len(), 0);
        "down"
    });
    let events = record.take();
    let EventKind::Transition(opening) = events[0].kind() else {
        panic!("{events:?}");
    };
    assert_eq!(opening.cause.as_ref().map(|it| &*it.text), Some("down"));
    let mut sequences = events.iter().map(Event::sequence);
    assert!(
        sequences
            .by_ref()
            .zip(1..)
            .all(|(at, expected)| at == expected)
    );
    let past = bench.breaker.snapshot().past_outages;
    assert!(past[0].first.transition.cause.is_some());
}

#[test]
fn a_second_opening_does_not_overtake_a_cause_that_takes_long() {
    let bench = Bench::new(Config::new().threshold(1));
    let record = bench.record();
    bench.permit().failure_with_cause(|| {
        bench.advance(OPEN_FOR);
        bench.permit().failure_with_cause(|| "second");
        "first"
    });
    let causes: Vec<_> = record
        .take()
        .iter()
        .filter_map(|event| match event.kind() {
            EventKind::Transition(it) => it.cause.as_ref().map(|it| it.text.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(causes, ["first", "second"]);
}

#[test]
fn a_slow_success_is_not_asked_for_a_cause() {
    #[circuit_breaker(name = "cause.slow", threshold = 1, slow_call = "1s", cause)]
    fn slow(test: &TestRegistry) -> Result<(), Error> {
        test.clock().advance(Duration::from_secs(2));
        Ok(())
    }
    let test = TestRegistry::new();
    let _entered = test.enter();
    assert!(slow(&test).is_ok());
    let snapshot = test.get("cause.slow").unwrap().snapshot();
    assert_eq!(causes(&snapshot), [None]);
    assert_eq!(snapshot.history[0].transition.failures_by_kind.slow, 1);
}
