//! A server whose dependency fails. Rejections become `503` with `Retry-After`, and the health handler
//! reports that the server is down while the circuit is open.
//!
//! ```text
//! cargo run -p example-axum-server
//! ```

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use breaker_runtime::axum::health;
use breaker_runtime::{BreakerError, Registry, circuit_breaker};
use serde_json::Value;
use tokio::net::TcpListener;

/// Whether the bank answers.
static BANK_ANSWERS: AtomicBool = AtomicBool::new(true);
/// How many calls have reached the bank.
static BANK_ASKED: AtomicU32 = AtomicU32::new(0);

#[derive(Debug, thiserror::Error)]
enum ChargeError {
    #[error("the bank does not answer")]
    NoAnswer,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

impl IntoResponse for ChargeError {
    fn into_response(self) -> Response {
        match self {
            Self::NoAnswer => (StatusCode::BAD_GATEWAY, self.to_string()).into_response(),
            Self::Breaker(error) => error.into_response(), // 503, Retry-After, JSON
        }
    }
}

#[circuit_breaker(
    name = "bank",
    threshold = 3,
    open_for = "1s",
    success_threshold = 1,
    critical = true
)]
async fn charge() -> Result<&'static str, ChargeError> {
    BANK_ASKED.fetch_add(1, Ordering::SeqCst);
    if BANK_ANSWERS.load(Ordering::SeqCst) {
        Ok("charged")
    } else {
        Err(ChargeError::NoAnswer)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let routes = Router::new()
        .route("/charge", post(charge))
        .route("/health", health(Registry::global()))
        .route("/", get(|| async { "this page does not need the bank" }));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let client = Client::new(format!("http://{}", listener.local_addr()?));
    tokio::spawn(async move { axum::serve(listener, routes).await });

    println!("The bank answers:");
    client.charge(200).await?;
    client.health(200, "ok").await?;

    println!("The bank does not answer; the third failure opens the circuit:");
    BANK_ANSWERS.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        client.charge(502).await?;
    }
    let asked = BANK_ASKED.load(Ordering::SeqCst);
    let wait = client
        .charge(503)
        .await?
        .context("a 503 says when to retry")?;
    ensure!(
        BANK_ASKED.load(Ordering::SeqCst) == asked,
        "a rejected call reached the bank"
    );
    client.health(503, "down").await?;

    println!("The bank answers again, and the caller retries after the {wait} s of `Retry-After`:");
    BANK_ANSWERS.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(wait)).await;
    // The circuit is half open: it closes only when calls succeed.
    client.health(200, "degraded").await?;
    client.charge(200).await?;
    client.health(200, "ok").await?;
    Ok(())
}

/// A caller that prints each answer, and fails if it is not the expected one.
struct Client {
    http: reqwest::Client,
    server: String,
}

impl Client {
    fn new(server: String) -> Self {
        let http = reqwest::Client::new();
        Self { http, server }
    }

    /// Charges, and returns the seconds of `Retry-After`.
    async fn charge(&self, expected: u16) -> anyhow::Result<Option<u64>> {
        let request = self.http.post(format!("{}/charge", self.server));
        let response = request.send().await?;
        let status = response.status();
        let wait = response.headers().get("retry-after").cloned();
        println!("  POST /charge  {status}  {}", response.text().await?);
        ensure!(status == expected, "{status} and not {expected}");
        let wait = wait.map(|seconds| anyhow::Ok(seconds.to_str()?.parse()?));
        wait.transpose()
    }

    async fn health(&self, expected: u16, word: &str) -> anyhow::Result<()> {
        let request = self.http.get(format!("{}/health", self.server));
        let response = request.send().await?;
        let status = response.status();
        let body = response.text().await?;
        println!("  GET /health   {status}  {body}");
        ensure!(status == expected, "{status} and not {expected}");
        let body: Value = serde_json::from_str(&body)?;
        ensure!(body["status"] == word, "{body} and not {word}");
        Ok(())
    }
}
