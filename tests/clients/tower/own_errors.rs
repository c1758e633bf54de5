//! Errors that say nothing about the dependency: those of inner breakers, and those that a layer ignores.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use breaker_runtime::tower::{CircuitBreakerLayer, ServiceError};
use breaker_runtime::{BreakerError, CallError, Config, Outcome, Registry, State};
use http::Response;
use tower::load_shed::error::Overloaded;
use tower::{BoxError, Layer, Service, ServiceExt, service_fn};

use super::{ends, now};
use crate::support::Bench;

/// Returns the error of a breaker that is open.
fn rejection() -> BreakerError {
    let inner = Registry::new()
        .get_or_create("inner", Config::new())
        .unwrap();
    inner.trip();
    inner.try_acquire().unwrap_err().into()
}

/// Returns the outcomes of one call whose service returns this error, as [`ends`] lists them.
fn judged<E: Send + 'static>(error: E) -> [u64; 4] {
    let bench = Bench::default();
    let mut error = Some(error);
    let inner = service_fn(move |()| {
        let error = error.take().expect("it is called once");
        async move { Err::<(), _>(error) }
    });
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(inner);
    assert!(now(service.call(())).is_err());
    ends(&bench)
}

const FAILURE: [u64; 4] = [0, 1, 0, 0];
const IGNORED: [u64; 4] = [0, 0, 1, 0];

/// An error with a source, as `thiserror` or `anyhow` make one.
#[derive(Debug)]
struct Wrapped(BoxError);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wrapped")
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

fn boxed(error: impl Into<BoxError>) -> BoxError {
    error.into()
}

#[test]
fn the_error_of_a_breaker_is_ignored_however_it_is_wrapped() {
    assert_eq!(judged(rejection()), IGNORED);
    assert_eq!(judged(rejection().rejection().unwrap().clone()), IGNORED);
    assert_eq!(judged(boxed(rejection())), IGNORED);
    assert_eq!(
        judged(boxed(Wrapped(boxed(Wrapped(boxed(rejection())))))),
        IGNORED
    );
    assert_eq!(judged(io::Error::other(rejection())), IGNORED);
    let twice = io::Error::other(Wrapped(boxed(io::Error::other(rejection()))));
    assert_eq!(judged(boxed(twice)), IGNORED);
    let call = CallError::<io::Error>::Breaker(rejection());
    assert_eq!(judged(boxed(call)), IGNORED);
    assert_eq!(judged(Box::new(rejection())), IGNORED);
    assert_eq!(judged(Arc::new(rejection())), IGNORED);
    let from_a_layer = ServiceError::<io::Error>::Breaker(rejection());
    assert_eq!(judged(CallError::from(from_a_layer)), IGNORED);
    let shared: Arc<dyn Error + Send + Sync> = Arc::new(Wrapped(boxed(rejection())));
    assert_eq!(judged(shared), IGNORED);
    let local: Box<dyn Error + Send> = Box::new(rejection());
    assert_eq!(judged(local), IGNORED);
}

#[test]
fn every_other_error_is_a_failure() {
    assert_eq!(judged("down"), FAILURE);
    assert_eq!(judged(boxed("down")), FAILURE);
    assert_eq!(judged(io::Error::other("down")), FAILURE);
    assert_eq!(judged(boxed(Wrapped(boxed("down")))), FAILURE);
    assert_eq!(judged(ServiceError::Inner("down")), FAILURE);
}

/// An error that is its own source.
#[derive(Debug)]
struct Endless;

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("endless")
    }
}

impl Error for Endless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self)
    }
}

#[test]
fn an_error_that_is_its_own_source_ends_the_search() {
    assert_eq!(judged(boxed(Endless)), FAILURE);
}

#[test]
fn rejections_of_inner_layers_never_open_outer_ones() {
    let registry = Registry::new();
    let make = |name| {
        let config = Config::new().threshold(2);
        CircuitBreakerLayer::in_registry(&registry, name, config).unwrap()
    };
    let down = service_fn(|()| async { Err::<(), _>("down") });
    // Each layer sees the errors of all inner ones as another type.
    let service = make("outer").layer(make("middle").layer(make("inner").layer(down)));
    for _ in 0..20 {
        assert!(now(service.clone().oneshot(())).is_err());
    }
    let failures = |name| registry.get(name).unwrap().snapshot().totals.failures;
    assert_eq!(["inner", "middle", "outer"].map(failures), [2, 2, 2]);
    // The third call was rejected by the outermost breaker, so all of them are open after two failures.
    registry.get("outer").unwrap().reset();
    registry.get("middle").unwrap().reset();
    for _ in 0..20 {
        assert!(now(service.clone().oneshot(())).is_err());
    }
    let state = |name| registry.get(name).unwrap().state();
    let states = ["inner", "middle", "outer"].map(state);
    assert_eq!(states, [State::Open, State::Closed, State::Closed]);
}

#[test]
fn one_sick_host_does_not_open_the_circuit_of_the_whole_service() {
    let registry = Registry::new();
    let inner = CircuitBreakerLayer::in_registry(&registry, "host", Config::new().threshold(2))
        .unwrap()
        .key(|host: &&'static str| (*host).to_owned())
        .http();
    let outer = CircuitBreakerLayer::in_registry(&registry, "service", Config::new().threshold(5))
        .unwrap()
        .http();
    let service = outer.layer(inner.layer(service_fn(|host: &'static str| async move {
        let status = if host == "sick" { 503 } else { 200 };
        Ok::<_, io::Error>(Response::builder().status(status).body(()).unwrap())
    })));
    for _ in 0..10 {
        let _ = now(service.clone().oneshot("sick"));
    }
    assert_eq!(registry.get("service").unwrap().state(), State::Closed);
    let totals = registry.get("service").unwrap().snapshot().totals;
    assert_eq!((totals.failures, totals.ignored), (2, 8));
}

#[test]
fn a_layer_ignores_the_errors_that_it_is_told_to_ignore() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone()).ignore_errors::<Overloaded>();
    let shed = |()| async { Err::<(), _>(boxed(Wrapped(boxed(Overloaded::new())))) };
    assert!(now(layer.layer(service_fn(shed)).call(())).is_err());
    assert_eq!(ends(&bench), IGNORED);
    // The classifier judges every other error.
    let rejected = |()| async { Err::<(), _>(boxed(rejection())) };
    assert!(now(layer.layer(service_fn(rejected)).call(())).is_err());
    let down = |()| async { Err::<(), _>(boxed("down")) };
    assert!(now(layer.layer(service_fn(down)).call(())).is_err());
    assert_eq!(ends(&bench), [0, 1, 2, 0]);
}

#[test]
fn a_layer_ignores_errors_of_several_types_and_keeps_its_classifier() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone())
        .classify(|answer: Result<&u8, &io::Error>| match answer {
            Ok(7) => Outcome::Failure,
            _ => Outcome::Success,
        })
        .ignore_errors::<io::Error>()
        .ignore_errors::<fmt::Error>();
    let mut service = layer.layer(service_fn(|answer: Result<u8, io::Error>| async { answer }));
    assert!(now(service.call(Ok(7))).is_ok());
    assert!(now(service.call(Err(io::Error::other("down")))).is_err());
    assert!(now(service.call(Err(io::Error::other(fmt::Error)))).is_err());
    assert!(now(service.call(Ok(8))).is_ok());
    assert_eq!(ends(&bench), [1, 1, 2, 0]);
}
