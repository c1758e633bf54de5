//! The client of the payment service, with one breaker for every kind of outage. Copy this part.

use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use tokio::sync::Mutex;

/// The result for the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    Paid,
    Queued,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PayError {
    #[error("the service is overloaded")]
    Busy { retry_after: Option<Duration> },
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// A call that took longer than `call_timeout`. The fallback answers rejected calls.
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

/// The till of a shop: the service to pay at, and the amounts to be paid later.
#[derive(Debug)]
pub(crate) struct Till {
    http: Client,
    url: String,
    queue: Mutex<Vec<u64>>,
}

impl Till {
    /// Creates a till whose HTTP client waits for an answer for at most `patience`.
    pub(crate) fn new(url: String, patience: Duration) -> reqwest::Result<Self> {
        let http = Client::builder().no_proxy().timeout(patience).build()?;
        Ok(Self {
            http,
            url,
            queue: Mutex::default(),
        })
    }

    /// How many orders wait to be paid later.
    pub(crate) async fn queued(&self) -> usize {
        self.queue.lock().await.len()
    }

    /// Charges the customer's card without a breaker.
    pub(crate) async fn charge(&self, cents: u64) -> Result<Receipt, PayError> {
        let request = self.http.post(&self.url).body(cents.to_string());
        let response = request.send().await?;
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            let retry_after = seconds_to_wait(response.headers());
            return Err(PayError::Busy { retry_after });
        }
        response.error_for_status()?.text().await?;
        Ok(Receipt::Paid)
    }
}

/// Charges the customer's card through the breaker.
#[circuit_breaker(
    name = "payment",
    // Errors: the circuit opens if a quarter of the last twenty calls failed, in a row or not.
    window = 20,
    min_calls = 10,
    failure_rate = 0.25,
    // Slowness: the circuit opens if half of them were slow, including calls still in flight.
    slow_call = "100ms",
    slow_rate = 0.5,
    // A call fails if it takes longer than `call_timeout`, or if its caller gives up, but not before
    // `cancel_after`.
    call_timeout = "500ms",
    cancel_after = "250ms",
    // The service can ask for more time than `open_for`, up to a limit.
    open_for = "400ms",
    open_for_hint = retry_after,
    max_open_for = "5s",
    // A flaky service may pass three probes in a row, which is the default.
    success_threshold = 5,
    // After the recovery the load grows slowly.
    ramp = "500ms",
    fallback = pay_later,
)]
pub(crate) async fn charge(till: &Till, cents: u64) -> Result<Receipt, PayError> {
    till.charge(cents).await
}

/// Answers rejected calls instead of [`charge`]: accepts the order and charges it later.
async fn pay_later(till: &Till, cents: u64) -> Result<Receipt, PayError> {
    till.queue.lock().await.push(cents);
    Ok(Receipt::Queued)
}

/// How long the service asks clients to wait.
fn retry_after(answer: &Result<Receipt, PayError>) -> Option<Duration> {
    match answer {
        Err(PayError::Busy { retry_after }) => *retry_after,
        _ => None,
    }
}

/// Reads `Retry-After` in seconds. Its other form, a date, would need the wall clock.
fn seconds_to_wait(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}
