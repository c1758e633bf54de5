//! Layers: names and settings, keys, errors, and what `Debug` shows.

use std::future::{pending, ready};
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::tower::{ByResult, CircuitBreakerLayer, ServiceError};
use breaker_runtime::{
    BreakerError, CallError, Config, ConfigError, Registry, RejectionReason, State,
};
use tower::{BoxError, Layer, Service, service_fn};

use super::{Echo, echo, now};
use crate::support::{Bench, OPEN_FOR};

#[test]
fn conflicting_settings_name_both_places() {
    let first = line!() + 1;
    let _first = CircuitBreakerLayer::new("layer.conflict", Config::new().threshold(3)).unwrap();
    let second = line!() + 1;
    let error = CircuitBreakerLayer::new("layer.conflict", Config::new().threshold(4)).unwrap_err();
    let ConfigError::Conflict(conflict) = &error else {
        panic!("{error}");
    };
    assert_eq!(conflict.first.location.line, first);
    assert_eq!(conflict.second.location.line, second);
    for line in [first, second] {
        let place = format!("{}:{line}:", file!());
        assert!(error.to_string().contains(&place), "{error}");
    }

    let registry = Registry::new();
    let make = |config| CircuitBreakerLayer::in_registry(&registry, "payment", config);
    let _first = make(Config::new().open_for(OPEN_FOR)).unwrap();
    let error = make(Config::new().open_for(2 * OPEN_FOR)).unwrap_err();
    assert!(matches!(error, ConfigError::Conflict(_)));
}

#[test]
fn invalid_settings_and_names_are_errors_when_the_layer_is_made() {
    let error = CircuitBreakerLayer::new("layer.wrong", Config::new().threshold(0)).unwrap_err();
    assert_eq!(error.to_string(), "`threshold` must be at least 1, not 0");
    let error = CircuitBreakerLayer::new("no name", Config::new()).unwrap_err();
    assert_eq!(error.field(), Some("name"));
    assert!(Registry::global().get("layer.wrong").is_none());
}

#[test]
fn layers_of_one_name_share_one_breaker() {
    let make = || CircuitBreakerLayer::new("layer.same", Config::new().threshold(1)).unwrap();
    let (first, second) = (make(), make());
    assert!(first.breaker().same_as(second.breaker()));
    let breaker = Registry::global().get("layer.same").unwrap();
    let third = CircuitBreakerLayer::from(breaker.clone());
    let mut service = third.layer(service_fn(echo as Echo));
    assert!(service.breaker().same_as(&breaker));
    let _ = now(service.call(Err("down")));
    assert_eq!(first.breaker().state(), State::Open);
    assert!(now(second.layer(service_fn(echo as Echo)).call(Ok(7))).is_err());

    // A removed breaker goes on working for its handles; a new one starts from nothing.
    Registry::global().remove("layer.same").unwrap();
    let mut old = first.layer(service_fn(echo as Echo));
    assert!(now(old.call(Ok(7))).is_err());
    let fresh = make();
    assert!(!fresh.breaker().same_as(&breaker));
    assert_eq!(
        now(fresh.layer(service_fn(echo as Echo)).call(Ok(7))),
        Ok(7)
    );
}

#[test]
fn a_layer_made_in_a_test_uses_the_test_registry() {
    let test = TestRegistry::new();
    let entered = test.enter();
    let layer = CircuitBreakerLayer::new("layer.tested", Config::new()).unwrap();
    drop(entered);
    assert!(layer.breaker().same_as(&test.get("layer.tested").unwrap()));
    assert!(Registry::global().get("layer.tested").is_none());
}

#[test]
fn the_boxed_error_is_the_error_inside() {
    let bench = Bench::default();
    bench.breaker.trip();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|()| ready(Err::<(), BoxError>("down".into()))));
    let rejected = BoxError::from(now(service.call(())).unwrap_err());
    assert!(matches!(
        rejected.downcast_ref(),
        Some(BreakerError::Rejected(_))
    ));
    bench.breaker.reset();
    let failed = BoxError::from(now(service.call(())).unwrap_err());
    assert_eq!(failed.to_string(), "down");

    let inner = std::io::Error::other("no route");
    let error = CallError::from(ServiceError::Inner(inner));
    let standard: &dyn std::error::Error = &error;
    assert_eq!(standard.to_string(), "no route");
}

#[test]
fn rejections_are_not_retryable() {
    let bench = Bench::new(Config::new().ramp(Duration::from_secs(100)));
    let mut reasons = Vec::new();
    let mut check = |bench: &Bench| {
        let rejection = loop {
            // A ramp admits its first call.
            match bench.breaker.try_acquire() {
                Ok(permit) => permit.ignore(),
                Err(rejection) => break rejection,
            }
        };
        assert!(!rejection.is_retryable());
        let error = BreakerError::from(rejection.clone());
        assert!(!error.is_retryable());
        assert_eq!(error.retry_after(), rejection.retry_after());
        reasons.push(rejection.reason());
    };
    bench.breaker.force_open("maintenance", None);
    check(&bench);
    bench.breaker.clear_override();
    bench.breaker.trip();
    check(&bench);
    bench.advance(OPEN_FOR);
    let probes = [bench.permit(), bench.permit()];
    check(&bench);
    probes.into_iter().for_each(|probe| probe.success());
    bench.permit().success();
    assert_eq!(bench.state(), State::Closed);
    check(&bench);
    assert_eq!(
        reasons,
        [
            RejectionReason::Forced,
            RejectionReason::Open,
            RejectionReason::HalfOpenFull,
            RejectionReason::Ramp
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_timed_out_call_is_retryable() {
    #[breaker_runtime::circuit_breaker(name = "layer.late", call_timeout = "1s")]
    async fn hang() -> Result<(), BreakerError> {
        pending().await
    }
    let test = TestRegistry::with_clock(TokioClock::new());
    let _entered = test.enter();
    let error = hang().await.unwrap_err();
    assert!(matches!(error, BreakerError::TimedOut(_)));
    assert!(error.is_retryable());
    assert_eq!(error.retry_after(), None);
}

#[test]
fn debug_shows_the_layer_the_service_and_the_future() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    assert!(format!("{layer:?}").contains("payment"));
    let mut service = layer.classify(ByResult).layer(service_fn(echo as Echo));
    assert!(format!("{service:?}").contains("payment"));
    assert!(format!("{:?}", service.call(Ok(7))).contains("ResponseFuture"));
    let _ = service.get_ref();
    let _ = service.get_mut();
    let _ = service.into_inner();
}

struct Fetch {
    host: &'static str,
    answer: Result<u32, &'static str>,
}

impl Fetch {
    fn host(&self) -> &str {
        self.host
    }
}

#[test]
fn a_failing_host_does_not_affect_the_others() {
    let bench = Bench::default();
    let config = Config::new().threshold(2);
    let layer = CircuitBreakerLayer::in_registry(&bench.registry, "fetch", config).unwrap();
    let layer = layer.key(Fetch::host);
    let mut fetch = layer.layer(service_fn(|fetch: Fetch| echo(fetch.answer)));
    for (host, answer) in [
        ("failing", Err("down")),
        ("healthy", Ok(1)),
        ("failing", Err("down")),
        ("healthy", Ok(2)),
    ] {
        let _ = now(fetch.call(Fetch { host, answer }));
    }
    let (host, answer) = ("failing", Ok(3));
    let error = now(fetch.call(Fetch { host, answer })).unwrap_err();
    assert_eq!(error.rejection().unwrap().key(), Some("failing"));
    let (host, answer) = ("healthy", Ok(4));
    assert_eq!(now(fetch.call(Fetch { host, answer })), Ok(4));

    let state = |key| bench.registry.get_keyed("fetch", key).unwrap().state();
    assert_eq!(
        (state("failing"), state("healthy")),
        (State::Open, State::Closed)
    );
    assert_eq!(bench.registry.key_stats("fetch").unwrap().totals.calls, 5);
    assert_eq!(layer.breaker().snapshot().totals.calls, 0);

    // An override of the name applies to every key.
    layer.breaker().force_open("maintenance", None);
    assert!(now(fetch.call(Fetch { host, answer })).is_err());
}

#[test]
fn a_panic_in_the_key_function_is_not_a_call() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::in_registry(&bench.registry, "fetch", Config::new()).unwrap();
    let layer = layer.key(|_: &Result<u32, &str>| -> String { panic!("no key") });
    let mut service = layer.layer(service_fn(echo as Echo));
    let call = || now(service.call(Ok(7)));
    assert!(panic::catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(bench.registry.key_stats("fetch").unwrap().totals.calls, 0);
}
