//! The table of `classifiers::reqwest`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use breaker_runtime::classifiers::reqwest::{cause, classify, retry_after};
use breaker_runtime::tower::CircuitBreakerLayer;
use breaker_runtime::{
    BreakerError, ClassifyError, Config, Outcome, Registry, State, circuit_breaker, classifiers,
};
use reqwest::{Client, Error, Response};
use tower::{Layer, ServiceExt, service_fn};

use crate::server::{answering, hanging, http, nobody};

type Answer<T = Response> = Result<T, Error>;

async fn get(address: SocketAddr) -> Answer {
    Client::new()
        .get(format!("http://{address}/item?token=secret"))
        .send()
        .await
}

async fn answered(status: &str) -> Answer {
    get(answering(http(status, "", "")).await).await
}

#[tokio::test]
async fn a_response_is_classified_by_its_status() {
    for (status, expected) in [
        ("200 OK", Outcome::Success),
        ("404 Not Found", Outcome::Success),
        ("401 Unauthorized", Outcome::Success),
        ("429 Too Many Requests", Outcome::Failure),
        ("500 Internal Server Error", Outcome::Failure),
        ("503 Service Unavailable", Outcome::Failure),
    ] {
        let answer = answered(status).await;
        assert_eq!(classify(&answer), expected, "{status}");
        if expected == Outcome::Failure {
            assert_eq!(cause(&answer), status);
        }
        // The same by the error of `error_for_status`.
        let answer = answer.and_then(Response::error_for_status);
        assert_eq!(classify(&answer), expected, "{status}");
        if let Err(error) = &answer {
            assert_eq!(error.outcome(), expected, "{status}");
            assert_eq!(cause(&answer), status);
        }
        assert_eq!(retry_after(&answer), None);
    }
}

#[tokio::test]
async fn any_other_ok_is_a_success() {
    let answer: Result<u32, Error> = Ok(7);
    assert_eq!(classify(&answer), Outcome::Success);
    assert_eq!(retry_after(&answer), None);
}

#[tokio::test]
async fn retry_after_is_read_from_the_response() {
    let busy = |headers: &str| http("429 Too Many Requests", headers, "");
    let answer = get(answering(busy("retry-after: 7\r\n")).await).await;
    assert_eq!(retry_after(&answer), Some(Duration::from_secs(7)));
    let dated =
        "date: Wed, 25 Nov 2026 12:00:00 GMT\r\nretry-after: Wed, 25 Nov 2026 12:02:00 GMT\r\n";
    let answer = get(answering(busy(dated)).await).await;
    assert_eq!(retry_after(&answer), Some(Duration::from_mins(2)));
}

#[tokio::test]
async fn no_connection_is_a_failure() {
    let answer = get(nobody().await).await;
    assert!(answer.as_ref().unwrap_err().is_connect());
    assert_eq!(classify(&answer), Outcome::Failure);
    let cause = cause(&answer);
    assert!(cause.starts_with("no connection: "), "{cause}");
    assert!(!cause.contains("secret"), "{cause}");
}

#[tokio::test]
async fn a_timeout_is_a_failure() {
    let client = Client::builder()
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let url = format!("http://{}/item?token=secret", hanging().await);
    let answer = client.get(url).send().await;
    assert!(answer.as_ref().unwrap_err().is_timeout());
    assert_eq!(classify(&answer), Outcome::Failure);
    let cause = cause(&answer);
    assert!(cause.starts_with("timed out"), "{cause}");
    assert!(!cause.contains("secret"), "{cause}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_failure() {
    let answer = get(answering("").await).await;
    assert!(answer.as_ref().unwrap_err().is_request());
    assert_eq!(classify(&answer), Outcome::Failure);
    assert!(!cause(&answer).contains("secret"));
    // An answer that is not HTTP.
    assert_eq!(
        classify(&get(answering("SSH-2.0-x\r\n").await).await),
        Outcome::Failure
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_failure() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf of it";
    let response = get(answering(half).await).await;
    assert_eq!(classify(&response), Outcome::Success); // by its head
    let body = response.unwrap().text().await;
    assert_eq!(classify(&body), Outcome::Failure);
    assert!(!cause(&body).contains("secret"));
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_is_a_failure() {
    let page = http(
        "200 OK",
        "content-type: text/html\r\n",
        "<h1>Maintenance</h1>",
    );
    let answer: Answer<Vec<u32>> = get(answering(page).await).await.unwrap().json().await;
    assert!(answer.as_ref().unwrap_err().is_decode());
    assert_eq!(classify(&answer), Outcome::Failure);
    assert!(cause(&answer).starts_with("the body cannot be read"));
}

#[tokio::test]
async fn too_many_redirects_are_an_answer() {
    let answer = get(answering(http("302 Found", "location: /\r\n", "")).await).await;
    assert!(answer.as_ref().unwrap_err().is_redirect());
    assert_eq!(classify(&answer), Outcome::Success);
}

#[tokio::test]
async fn a_request_that_could_not_be_built_is_ignored() {
    let answer = Client::new().get("no address").send().await;
    assert!(answer.as_ref().unwrap_err().is_builder());
    assert_eq!(classify(&answer), Outcome::Ignored);
}

fn rejection() -> BreakerError {
    let breaker = Registry::new()
        .get_or_create("inner", Config::new())
        .unwrap();
    breaker.trip();
    breaker.try_acquire().unwrap_err().into()
}

#[tokio::test]
async fn the_error_of_a_breaker_is_ignored() {
    let answer: Result<Response, anyhow::Error> = Err(rejection().into());
    assert_eq!(classify(&answer), Outcome::Ignored);
    let boxed: Box<dyn std::error::Error + Send + Sync> = rejection().into();
    let answer: Result<Response, _> = Err(boxed);
    assert_eq!(classify(&answer), Outcome::Ignored);
}

#[derive(Debug, thiserror::Error)]
enum OwnError {
    #[error("the call failed")]
    Http(#[source] Error),
    #[error("out of tea")]
    OutOfTea,
}

#[tokio::test]
async fn the_error_is_found_among_the_sources_of_others() {
    let not_found = || async {
        let answer = answered("404 Not Found").await;
        answer.unwrap().error_for_status().unwrap_err()
    };
    let own: Answer2 = Err(OwnError::Http(not_found().await));
    assert_eq!(classify(&own), Outcome::Success);
    let context = anyhow::Error::from(not_found().await).context("while shopping");
    let answer: Result<String, _> = Err(context);
    assert_eq!(classify(&answer), Outcome::Success);
    let boxed: Box<dyn std::error::Error + Send + Sync> = not_found().await.into();
    let answer: Result<String, _> = Err(boxed);
    assert_eq!(classify(&answer), Outcome::Success);
    assert_eq!(Arc::new(not_found().await).outcome(), Outcome::Success);
}

type Answer2 = Result<String, OwnError>;

#[tokio::test]
async fn an_error_without_one_of_reqwest_is_a_failure() {
    let answer: Answer2 = Err(OwnError::OutOfTea);
    assert_eq!(classify(&answer), Outcome::Failure);
    assert_eq!(cause(&answer), "out of tea");
}

#[tokio::test]
async fn the_settings_of_the_attribute_take_the_functions() {
    #[circuit_breaker(
        name = "reqwest",
        threshold = 1,
        classify = classifiers::reqwest::classify,
        open_for_hint = classifiers::reqwest::retry_after,
        cause = classifiers::reqwest::cause,
    )]
    async fn fetch(address: SocketAddr) -> anyhow::Result<Response> {
        Ok(get(address).await?)
    }

    let breaker = Registry::global().get("reqwest").unwrap();
    assert!(
        fetch(answering(http("404 Not Found", "", "")).await)
            .await
            .is_ok()
    );
    assert_eq!(breaker.snapshot().totals.successes, 1);
    let busy = http("503 Service Unavailable", "retry-after: 90\r\n", "");
    assert!(fetch(answering(busy).await).await.is_ok());
    let snapshot = breaker.snapshot();
    assert_eq!(snapshot.state, State::Open);
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(90)));
    let cause = snapshot.history[0].transition.cause.as_ref().unwrap();
    assert_eq!(&*cause.text, "503 Service Unavailable");
}

#[tokio::test]
async fn a_layer_for_http_takes_responses_of_reqwest() {
    let config = Config::new().threshold(1);
    let layer = CircuitBreakerLayer::in_registry(&Registry::new(), "fetch", config)
        .unwrap()
        .http();
    let breaker = layer.breaker().clone();
    let fetch = layer.layer(service_fn(get));
    let totals = || {
        let totals = breaker.snapshot().totals;
        (totals.successes, totals.ignored, totals.failures)
    };

    let not_found = answering(http("404 Not Found", "", "")).await;
    assert!(fetch.clone().oneshot(not_found).await.is_ok());
    assert_eq!(totals(), (1, 0, 0));
    let busy = http("429 Too Many Requests", "retry-after: 90\r\n", "");
    assert!(fetch.oneshot(answering(busy).await).await.is_ok());
    assert_eq!(totals(), (1, 0, 1));
    assert_eq!(
        breaker.snapshot().open_period,
        Some(Duration::from_secs(90))
    );

    breaker.reset();
    let unbuilt = CircuitBreakerLayer::from(breaker.clone()).http();
    let unbuilt = unbuilt.layer(service_fn(async |()| {
        Client::new().get("no address").send().await
    }));
    assert!(unbuilt.oneshot(()).await.is_err());
    assert_eq!(totals(), (1, 1, 1));
}
