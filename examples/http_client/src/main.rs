//! HTTP clients behind the Tower layer: hyper's client with a breaker for each host, and reqwest's client.
//!
//! Two shops listen on loopback ports. One becomes busy and says in `Retry-After` how long clients should
//! wait; the other keeps working. A `404` is not an outage.
//!
//! ```text
//! cargo run -p example-http-client
//! ```

#[expect(dead_code, reason = "each example needs some of the faults")]
#[path = "../../service/mod.rs"]
mod service;

use std::fmt::Display;
use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::tower::{CircuitBreakerLayer, HttpClassifier, ServiceError};
use breaker_runtime::{Config, Outcome, Registry, State};
use http::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use service::{Mode, PaymentService, RETRY_AFTER};
use tokio::time::{sleep, timeout};
use tower::{Service, ServiceBuilder, ServiceExt};

/// How long a circuit stays open if the server does not ask for more.
const OPEN_FOR: Duration = Duration::from_millis(500);

/// The largest error of the coarse clock.
const TOLERANCE: Duration = Duration::from_millis(50);

const CONFIG: Config = Config::new()
    .threshold(2)
    .open_for(OPEN_FOR)
    .success_threshold(1);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let story = async {
        hyper_with_a_breaker_for_each_host().await?;
        reqwest_behind_the_same_layer().await
    };
    timeout(Duration::from_secs(20), story).await?
}

/// Returns the key of a request. It is not the authority, which may contain a password: keys are logged.
fn host_and_port(request: &Request<String>) -> String {
    let uri = request.uri();
    let is_https = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    format!("{}:{port}", uri.host().unwrap_or_default())
}

async fn hyper_with_a_breaker_for_each_host() -> anyhow::Result<()> {
    let (busy, well) = (
        PaymentService::start().await?,
        PaymentService::start().await?,
    );
    // The services count connections, so each call gets its own.
    let http = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build_http::<String>();
    let client = ServiceBuilder::new()
        .layer(
            CircuitBreakerLayer::new("shop", CONFIG)?
                .http()
                .key(host_and_port),
        )
        .service(http);
    let charge = |shop: &PaymentService| Request::post(shop.url()).body("450".to_owned());

    println!("hyper: a 404 is not a failure of the shop, however often it occurs:");
    let nothing = busy.url().replace("/charge", "/nothing");
    for _ in 0..3 {
        let answer = post(&client, Request::post(&nothing).body(String::new())?).await;
        ensure!(status(&answer) == Some(StatusCode::NOT_FOUND));
    }
    let breaker = |shop: &PaymentService| {
        let request = charge(shop)?;
        let breaker = Registry::global().get_keyed("shop", &host_and_port(&request));
        breaker.context("each host that was called has a breaker")
    };
    let shop = breaker(&busy)?;
    ensure!(shop.snapshot().totals.successes == 3);

    println!(
        "It becomes busy; the second 503 opens its circuit for as long as `Retry-After` asks:"
    );
    busy.switch(Mode::Busy);
    for _ in 0..2 {
        let answer = post(&client, charge(&busy)?).await;
        ensure!(status(&answer) == Some(StatusCode::SERVICE_UNAVAILABLE));
    }
    let asked = Duration::from_secs(RETRY_AFTER);
    ensure!(shop.snapshot().open_period == Some(asked));

    println!(
        "No call reaches it, not even after {OPEN_FOR:?}; the other shop has its own circuit:"
    );
    let hits = busy.hits();
    let rejected = post(&client, charge(&busy)?).await;
    ensure!(matches!(rejected, Err(ServiceError::Breaker(_))));
    sleep(2 * OPEN_FOR).await;
    let rejected = post(&client, charge(&busy)?).await.err();
    let Some(ServiceError::Breaker(rejected)) = rejected else {
        anyhow::bail!("the circuit should still be open");
    };
    ensure!(busy.hits() == hits, "a rejected call reached the shop");
    ensure!(!rejected.is_retryable(), "a retry would be rejected too");
    let answer = post(&client, charge(&well)?).await;
    ensure!(status(&answer) == Some(StatusCode::OK));
    ensure!(breaker(&well)?.state() == State::Closed);

    println!("After the time that the rejection names, the first success closes the circuit:");
    busy.switch(Mode::Well);
    let wait = rejected.retry_after().context("an open circuit knows it")?;
    sleep(wait + TOLERANCE).await;
    let answer = post(&client, charge(&busy)?).await;
    ensure!(status(&answer) == Some(StatusCode::OK));
    ensure!(shop.state() == State::Closed);
    Ok(())
}

// A reqwest client is a Tower service, so the same layer fits. Reqwest's `connector_layer` would see only
// connections and not responses, and reqwest-middleware would only add another error type.
async fn reqwest_behind_the_same_layer() -> anyhow::Result<()> {
    let bank = PaymentService::start().await?;
    let layer = CircuitBreakerLayer::new("bank", CONFIG)?
        .classify(|answer: Result<&reqwest::Response, &reqwest::Error>| {
            answer.map_or(Outcome::Failure, |response| {
                HttpClassifier::outcome(response.status())
            })
        })
        .hint(|answer: Result<&reqwest::Response, &reqwest::Error>| {
            HttpClassifier::retry_after(answer.ok()?.headers())
        });
    let circuit = layer.breaker().clone();
    let http = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(2))
        .build()?;
    let client = ServiceBuilder::new().layer(layer).service(http.clone());
    let send = async |url: &str| -> anyhow::Result<_> {
        let answer = client
            .clone()
            .oneshot(http.post(url).body("450").build()?)
            .await;
        Ok(tell(answer.map(Response::from)))
    };
    let url = bank.url();

    println!("reqwest: a 404, and then a service that closes each connection:");
    let answer = send(&url.replace("/charge", "/nothing")).await?;
    ensure!(status(&answer) == Some(StatusCode::NOT_FOUND));
    bank.switch(Mode::Disconnecting);
    for _ in 0..2 {
        let answer = send(&url).await?;
        ensure!(matches!(answer, Err(ServiceError::Inner(_))));
    }
    let hits = bank.hits();
    let error = send(&url).await?.err().context("the circuit is open")?;
    let rejection = error.rejection().context("it is a rejection")?;
    ensure!(bank.hits() == hits, "a rejected call reached the bank");

    println!("It answers again, but is too busy when the probe arrives:");
    bank.switch(Mode::Busy);
    let wait = rejection
        .retry_after()
        .context("an open circuit knows it")?;
    sleep(wait + TOLERANCE).await;
    let answer = send(&url).await?;
    ensure!(status(&answer) == Some(StatusCode::SERVICE_UNAVAILABLE));
    ensure!(circuit.snapshot().open_period == Some(Duration::from_secs(RETRY_AFTER)));
    Ok(())
}

/// Sends a request through a clone of the client and prints the answer.
async fn post<S, B, E>(client: &S, request: Request<String>) -> Result<Response<B>, ServiceError<E>>
where
    S: Service<Request<String>, Response = Response<B>, Error = ServiceError<E>> + Clone,
    E: Display,
{
    tell(client.clone().oneshot(request).await)
}

fn tell<B, E: Display>(
    answer: Result<Response<B>, ServiceError<E>>,
) -> Result<Response<B>, ServiceError<E>> {
    match &answer {
        Ok(response) => match HttpClassifier::retry_after(response.headers()) {
            Some(wait) => println!("  {}, retry after {wait:?}", response.status()),
            None => println!("  {}", response.status()),
        },
        Err(ServiceError::Inner(error)) => println!("  failed: {error}"),
        Err(ServiceError::Breaker(error)) => println!("  rejected: {error}"),
    }
    answer
}

fn status<B, E>(answer: &Result<Response<B>, E>) -> Option<StatusCode> {
    answer.as_ref().ok().map(Response::status)
}
