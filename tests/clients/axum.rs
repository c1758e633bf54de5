//! Rejections and health as axum responses.

use std::future::pending;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing::get;
use breaker_runtime::axum::health;
use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::tower::ServiceError;
use breaker_runtime::{BreakerError, CallError, CircuitBreaker, Config, circuit_breaker};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::Bench;

/// Returns the status, `Retry-After` and body of a response, which has to be JSON and not cacheable.
async fn parts(response: Response<Body>) -> (u16, Option<String>, Value) {
    let (head, body) = response.into_parts();
    let header = |name| {
        head.headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(header(CONTENT_TYPE).unwrap(), "application/json");
    assert_eq!(header(CACHE_CONTROL).unwrap(), "no-store");
    let body = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&body).unwrap();
    (head.status.as_u16(), header(RETRY_AFTER), body)
}

async fn fetch(routes: &Router, path: &str) -> (u16, Option<String>, Value) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    parts(routes.clone().oneshot(request).await.unwrap()).await
}

#[tokio::test]
async fn a_rejection_is_a_503_with_retry_after_rounded_up() {
    let bench = Bench::default();
    let breaker = bench.breaker.clone();
    let guarded = move || async move { breaker.call_async(async { Ok::<_, String>("ok") }).await };
    let routes = Router::new().route("/", get(guarded));
    bench.breaker.trip();
    bench.advance(Duration::from_millis(17_001));
    let (status, retry_after, body) = fetch(&routes, "/").await;
    assert_eq!(status, 503);
    assert_eq!(retry_after.as_deref(), Some("13"));
    assert_eq!(
        body,
        json!({"error": "rejected", "breaker": "payment", "state": "open", "reason": "open", "retry_after": 13})
    );
}

#[tokio::test]
async fn without_a_known_time_there_is_no_retry_after() {
    let bench = Bench::default();
    bench.breaker.force_open("maintenance", None);
    let rejection = bench.breaker.try_acquire().unwrap_err();
    let (status, retry_after, body) = parts(rejection.into_response()).await;
    assert_eq!((status, retry_after), (503, None));
    assert_eq!(body["retry_after"], Value::Null);
    assert_eq!(body["state"], "forced_open");
}

#[tokio::test]
async fn the_key_of_a_breaker_is_not_disclosed() {
    let bench = Bench::default();
    let make = || {
        bench
            .registry
            .get_or_create_keyed("tenant", "ACME \"inc\"", Config::new())
    };
    let breaker = make().unwrap();
    breaker.trip();
    let rejection = breaker.try_acquire().unwrap_err();
    let (_, _, body) = parts(rejection.into_response()).await;
    assert!(!body.to_string().contains("ACME"), "{body}");
}

#[tokio::test]
async fn errors_that_wrap_a_breaker_error_respond_as_it_does() {
    let bench = Bench::default();
    bench.breaker.trip();
    let rejection = || BreakerError::from(bench.breaker.try_acquire().unwrap_err());
    let plain = || "the inner one's";
    for response in [
        CallError::<&str>::Breaker(rejection()).into_response(),
        ServiceError::<&str>::Breaker(rejection()).into_response(),
    ] {
        assert_eq!(parts(response).await.1.as_deref(), Some("30"));
    }
    for response in [
        CallError::Inner(plain()).into_response(),
        ServiceError::Inner(plain()).into_response(),
    ] {
        assert_eq!(response.status(), 200, "the response of the inner error");
    }
}

#[circuit_breaker(name = "axum.late", call_timeout = "1s")]
async fn hang() -> Result<(), BreakerError> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn a_timed_out_call_is_a_504() {
    let test = TestRegistry::with_clock(TokioClock::new());
    let _entered = test.enter();
    let (status, retry_after, body) = parts(hang().await.unwrap_err().into_response()).await;
    assert_eq!((status, retry_after), (504, None));
    assert_eq!(body, json!({"error": "timed_out", "breaker": "axum.late"}));
}

/// Creates two breakers, of which the first is critical, and the route of their health.
fn two() -> (Bench, CircuitBreaker, Router) {
    let bench = Bench::new(Config::new().critical(true));
    let mail = bench.registry.get_or_create("mail", Config::new()).unwrap();
    let routes = Router::new().route("/health", health(&bench.registry));
    (bench, mail, routes)
}

#[tokio::test]
async fn the_health_is_ok_while_all_circuits_are_closed() {
    let (_bench, mail, routes) = two();
    let closed = (200, None, json!({"status": "ok", "breakers": []}));
    assert_eq!(fetch(&routes, "/health").await, closed);

    mail.force_closed("a test", None);
    let (status, _, body) = fetch(&routes, "/health").await;
    assert_eq!((status, &body["status"]), (200, &json!("ok")));
    assert_eq!(body["breakers"][0]["state"], "forced_closed");
}

#[tokio::test]
async fn an_open_circuit_is_degraded_and_a_critical_one_is_down() {
    let (bench, mail, routes) = two();
    mail.trip();
    bench.advance(Duration::from_millis(1));
    let open = |name, critical| json!({"name": name, "state": "open", "critical": critical, "retry_after": 30, "keys": null});
    let degraded = json!({"status": "degraded", "breakers": [open("mail", false)]});
    assert_eq!(fetch(&routes, "/health").await, (200, None, degraded));

    bench.breaker.trip();
    let both = json!([open("mail", false), open("payment", true)]);
    let down = json!({"status": "down", "breakers": both});
    assert_eq!(fetch(&routes, "/health").await, (503, None, down));
}

#[tokio::test]
async fn a_half_open_critical_circuit_is_only_degraded() {
    let (bench, _, routes) = two();
    bench.breaker.trip();
    bench.advance(Duration::from_secs(30));
    let (status, _, body) = fetch(&routes, "/health").await;
    assert_eq!((status, &body["status"]), (200, &json!("degraded")));
    assert_eq!(body["breakers"][0]["state"], "half_open");
}

#[tokio::test]
async fn a_critical_circuit_that_is_forced_open_is_down() {
    let (bench, _, routes) = two();
    bench.breaker.force_open("maintenance", None);
    let (status, _, body) = fetch(&routes, "/health").await;
    assert_eq!((status, &body["status"]), (503, &json!("down")));
    bench.breaker.force_closed("over", None);
    assert_eq!(fetch(&routes, "/health").await.0, 200);
}

/// Makes a critical name with a clock, and the route of its health.
fn critical_name() -> (Bench, Router) {
    let bench = Bench::new(Config::new().critical(true).idle_ttl(MINUTE));
    let routes = Router::new().route("/health", health(&bench.registry));
    (bench, routes)
}

const MINUTE: Duration = Duration::from_secs(60);

/// Uses a key once, and returns its breaker.
fn used(bench: &Bench, key: &str) -> CircuitBreaker {
    let keyed = bench
        .registry
        .get_or_create_keyed("payment", key, Config::new());
    keyed.unwrap()
}

#[tokio::test]
async fn an_open_key_of_a_critical_name_is_only_degraded_and_no_key_is_named() {
    let (bench, routes) = critical_name();
    drop(used(&bench, "well.example"));
    used(&bench, "acme-secret").trip();
    let (status, _, body) = fetch(&routes, "/health").await;
    assert_eq!(status, 200);
    let keys = json!({"closed": 1, "open": 1});
    let listed = json!([{"name": "payment", "state": "closed", "critical": true, "retry_after": null, "keys": keys}]);
    assert_eq!(body, json!({"status": "degraded", "breakers": listed}));
}

#[tokio::test]
async fn a_critical_name_is_down_when_every_key_in_use_is_open() {
    let (bench, routes) = critical_name();
    let health = async || {
        let (status, _, body) = fetch(&routes, "/health").await;
        (status, body["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(health().await, (200, "ok".to_owned()));
    let old = used(&bench, "old.example");
    bench.advance(MINUTE);
    // The only key that is closed was not used for as long as `idle_ttl`.
    used(&bench, "first.example").trip();
    used(&bench, "second.example").trip();
    assert_eq!(health().await, (503, "down".to_owned()));
    drop(used(&bench, "well.example"));
    assert_eq!(health().await, (200, "degraded".to_owned()));
    drop(old);

    bench.breaker.force_open("maintenance", None);
    assert_eq!(health().await, (503, "down".to_owned()));
    bench.breaker.force_closed("the breaker is wrong", None);
    assert_eq!(health().await, (200, "ok".to_owned()));
}

#[tokio::test]
async fn a_name_that_is_not_critical_is_only_degraded_when_all_its_keys_are_open() {
    let bench = Bench::default();
    let routes = Router::new().route("/health", health(&bench.registry));
    used(&bench, "only.example").trip();
    let (status, _, body) = fetch(&routes, "/health").await;
    assert_eq!((status, &body["status"]), (200, &json!("degraded")));
    bench.advance(Duration::from_secs(30));
    let (_, _, body) = fetch(&routes, "/health").await;
    assert_eq!(body["breakers"][0]["keys"], json!({"half_open": 1}));
}
