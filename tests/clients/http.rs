//! HTTP responses: statuses, `Retry-After`, and bodies.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use breaker_runtime::tower::{CircuitBreakerLayer, Classify, GrpcClassifier, HttpClassifier};
use breaker_runtime::{Config, Outcome, Registry, State};
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};

use crate::support::Bench;

const NOON: &str = "Wed, 25 Nov 2026 12:00:00 GMT";
const TWO_MINUTES_PAST: &str = "Wed, 25 Nov 2026 12:02:00 GMT";

/// Receives one response and returns the bench afterwards.
async fn answered(answer: Result<Response<Body>, &'static str>) -> Bench {
    let bench = Bench::new(Config::new().threshold(1));
    let layer = CircuitBreakerLayer::from(bench.breaker.clone()).http();
    let mut answer = Some(answer);
    let service = layer.layer(service_fn(move |()| ready(answer.take().unwrap())));
    let _ = service.oneshot(()).await;
    bench
}

fn response(status: u16) -> http::response::Builder {
    Response::builder().status(status)
}

#[tokio::test]
async fn only_5xx_429_and_transport_errors_are_failures() {
    for status in 100..=999 {
        let failed = status == 429 || (500..600).contains(&status);
        let bench = answered(Ok(response(status).body(Body::empty()).unwrap())).await;
        let totals = bench.breaker.snapshot().totals;
        let expected = (u64::from(!failed), u64::from(failed));
        assert_eq!((totals.successes, totals.failures), expected, "{status}");
    }
    let bench = answered(Err("connection refused")).await;
    assert_eq!(bench.state(), State::Open);
    assert_eq!(
        bench.breaker.snapshot().retry_after,
        Some(Duration::from_secs(30))
    );
}

#[tokio::test]
async fn r20_retry_after_lengthens_the_open_period() {
    let period = async |answer: http::response::Builder| {
        let bench = answered(Ok(answer.body(Body::empty()).unwrap())).await;
        bench.breaker.snapshot().open_period
    };
    let seconds = |seconds| Some(Duration::from_secs(seconds));

    let busy = || response(503);
    assert_eq!(period(busy().header(RETRY_AFTER, "90")).await, seconds(90));
    let date = busy()
        .header(DATE, NOON)
        .header(RETRY_AFTER, TWO_MINUTES_PAST);
    assert_eq!(period(date).await, seconds(120));
    let limited = response(429).header(RETRY_AFTER, "45");
    assert_eq!(period(limited).await, seconds(45));
    // At least `open_for`, and at most `max_open_for`.
    assert_eq!(period(busy().header(RETRY_AFTER, "1")).await, seconds(30));
    assert_eq!(
        period(busy().header(RETRY_AFTER, "86400")).await,
        seconds(300)
    );
    // A response that is not a failure is not asked for a hint.
    assert_eq!(period(response(200).header(RETRY_AFTER, "90")).await, None);
}

#[test]
fn retry_after_is_read_in_both_forms_and_invalid_values_are_ignored() {
    let read = |value: &str| {
        let value = HeaderValue::from_str(value).unwrap();
        let now = HeaderValue::from_static(NOON);
        HttpClassifier::retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value), (DATE, now)]))
    };
    for (value, expected) in [
        ("0", Some(0)),
        ("120", Some(120)),
        (" 120 ", Some(120)),
        (TWO_MINUTES_PAST, Some(120)),
        ("Wednesday, 25-Nov-26 12:02:00 GMT", Some(120)),
        ("Wed Nov 25 12:02:00 2026", Some(120)),
        ("Tue, 24 Nov 2026 12:00:00 GMT", Some(0)),
        ("+120", None),
        ("-120", None),
        ("1.5", Some(2)),
        ("299.997", Some(300)),
        ("0.503", Some(1)),
        ("7.0", Some(7)),
        ("99999999999999999999999", Some(u64::MAX)),
        ("1.", None),
        (".5", None),
        ("1.5.2", None),
        ("2026-11-25T12:02:00Z", None),
        ("soon", None),
        ("", None),
    ] {
        assert_eq!(read(value), expected.map(Duration::from_secs), "{value:?}");
    }
    assert_eq!(HttpClassifier::retry_after(&HeaderMap::new()), None);
    let opaque = HeaderValue::from_bytes(b"\xff").unwrap();
    let headers = HeaderMap::from_iter([(RETRY_AFTER, opaque)]);
    assert_eq!(HttpClassifier::retry_after(&headers), None);
}

#[test]
fn of_several_retry_after_headers_the_longest_counts() {
    let mut headers = HeaderMap::new();
    for value in ["5", "300", "soon", "20"] {
        headers.append(RETRY_AFTER, HeaderValue::from_static(value));
    }
    let expected = Some(Duration::from_secs(300));
    assert_eq!(HttpClassifier::retry_after(&headers), expected);
}

#[tokio::test]
async fn a_grpc_status_in_the_head_is_classified() {
    let outcomes = async |status: u16, code: &str| {
        let head = response(status).header("grpc-status", code);
        let bench = answered(Ok(head.body(Body::empty()).unwrap())).await;
        let totals = bench.breaker.snapshot().totals;
        (totals.successes, totals.ignored, totals.failures)
    };
    for (code, expected) in [
        ("0", (1, 0, 0)),
        ("1", (0, 1, 0)),
        ("5", (1, 0, 0)),
        ("16", (1, 0, 0)),
        ("4", (0, 0, 1)),
        ("14", (0, 0, 1)),
        ("99", (0, 0, 1)),
        ("unknown", (1, 0, 0)),
    ] {
        assert_eq!(outcomes(200, code).await, expected, "{code}");
    }
    assert_eq!(outcomes(503, "0").await, (0, 0, 1));
}

#[test]
fn the_grpc_classifier_judges_the_head() {
    let outcome = |status: u16, headers: &[(&'static str, &'static str)]| {
        let mut head = response(status);
        for (name, value) in headers {
            head = head.header(*name, *value);
        }
        let head = head.body(()).unwrap();
        let answer: Result<_, &io::Error> = Ok(&head);
        GrpcClassifier.classify(answer)
    };
    let grpc = ("content-type", "application/grpc+proto");
    for (code, expected) in [
        ("0", Outcome::Success),
        ("1", Outcome::Ignored),
        ("5", Outcome::Success),
        ("8", Outcome::Failure),
        ("14", Outcome::Failure),
        ("99", Outcome::Failure),
        ("unknown", Outcome::Failure),
    ] {
        assert_eq!(
            outcome(200, &[grpc, ("grpc-status", code)]),
            expected,
            "{code}"
        );
    }
    // Messages follow.
    assert_eq!(outcome(200, &[grpc]), Outcome::Success);
    // No gRPC server has answered.
    assert_eq!(
        outcome(200, &[("content-type", "text/html")]),
        Outcome::Failure
    );
    assert_eq!(outcome(200, &[]), Outcome::Failure);
    assert_eq!(outcome(502, &[grpc]), Outcome::Failure);
    assert_eq!(outcome(404, &[grpc]), Outcome::Failure);
}

#[test]
fn the_hint_of_a_grpc_response_is_the_longest_time_that_it_asks_for() {
    let hint = |headers: &[(&'static str, &'static str)]| {
        let mut head = response(200);
        for (name, value) in headers {
            head = head.header(*name, *value);
        }
        let head = head.body(()).unwrap();
        let answer: Result<_, &io::Error> = Ok(&head);
        GrpcClassifier.hint(answer)
    };
    let pushback = ("grpc-retry-pushback-ms", "1500");
    assert_eq!(hint(&[pushback]), Some(Duration::from_millis(1_500)));
    assert_eq!(
        hint(&[pushback, ("retry-after", "7")]),
        Some(Duration::from_secs(7))
    );
    assert_eq!(hint(&[("grpc-retry-pushback-ms", "-1")]), None);
    assert_eq!(hint(&[]), None);
}

#[tokio::test]
async fn a_layer_for_grpc_opens_by_the_status_and_respects_its_hint() {
    let config = Config::new().threshold(1);
    let layer = CircuitBreakerLayer::in_registry(&Registry::new(), "stock", config).unwrap();
    let layer = layer.grpc();
    let breaker = layer.breaker().clone();
    let service = layer.layer(service_fn(async |()| {
        let head = response(200).header("grpc-status", "14");
        let head = head.header("grpc-retry-pushback-ms", "90000");
        Ok::<_, io::Error>(head.body(Body::empty()).unwrap())
    }));
    assert!(service.oneshot(()).await.is_ok());
    let period = breaker.snapshot().open_period;
    assert_eq!(period, Some(Duration::from_secs(90)));
}

#[test]
fn a_date_is_compared_with_the_system_clock_if_the_server_sends_no_date() {
    let until = SystemTime::now() + Duration::from_secs(120);
    let until = HeaderValue::from_str(&httpdate::fmt_http_date(until)).unwrap();
    let headers = HeaderMap::from_iter([(RETRY_AFTER, until)]);
    let time = HttpClassifier::retry_after(&headers).unwrap();
    assert!((100..=120).contains(&time.as_secs()), "{time:?}");
}

#[test]
fn the_functions_of_the_classifier_work_for_other_response_types() {
    assert_eq!(
        HttpClassifier::outcome(StatusCode::BAD_GATEWAY),
        Outcome::Failure
    );
    assert_eq!(
        HttpClassifier::outcome(StatusCode::NOT_FOUND),
        Outcome::Success
    );
}

#[tokio::test]
async fn a_body_that_fails_after_the_head_is_not_counted() {
    let broken = [Ok(Bytes::from("half")), Err("connection reset")];
    let body = Body::from_stream(futures::stream::iter(broken));
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone()).http();
    let mut answer = Some(Response::new(body));
    let service = service_fn(move |()| ready(Ok::<_, Infallible>(answer.take().unwrap())));
    let response = layer.layer(service).oneshot(()).await.unwrap();
    let totals = || bench.breaker.snapshot().totals;
    assert_eq!((totals().calls, totals().successes), (1, 1));

    response.into_body().collect().await.unwrap_err();
    assert_eq!((totals().calls, totals().successes), (1, 1));
}

#[tokio::test]
async fn a_body_that_is_read_inside_the_breaker_counts() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone()).http();
    let service = service_fn(|()| async {
        let broken = [Ok(Bytes::from("half")), Err("connection reset")];
        let (head, body) =
            Response::new(Body::from_stream(futures::stream::iter(broken))).into_parts();
        let whole = body.collect().await?.to_bytes();
        Ok::<_, axum::Error>(Response::from_parts(head, whole))
    });
    layer.layer(service).oneshot(()).await.unwrap_err();
    assert_eq!(bench.breaker.snapshot().totals.failures, 1);
}
