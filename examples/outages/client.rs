//! The client of the payment service, with one breaker for every kind of outage: this is the part
//! to copy.

use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use tokio::sync::Mutex;

/// What a customer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    Paid,
    Queued,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PayError {
    #[error("the service has too much to do")]
    Busy { retry_after: Option<Duration> },
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// A call that took longer than `call_timeout`; the fallback takes those that are refused.
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

/// The till of a shop: where to pay, and the amounts that are to be paid later.
#[derive(Debug)]
pub(crate) struct Till {
    http: Client,
    url: String,
    queue: Mutex<Vec<u64>>,
}

impl Till {
    /// Makes a till whose HTTP client waits for an answer no longer than `patience`.
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

    /// Charges the customer's card, with nothing to protect the service or the customer.
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

/// Charges the customer's card while the service can be expected to do it.
#[circuit_breaker(
    name = "payment",
    // Errors: a quarter of the last twenty calls is too many, in a row or not.
    window = 20,
    min_calls = 10,
    failure_rate = 0.25,
    // Slowness: half of them slow, those included that have not come back yet.
    slow_call = "100ms",
    slow_rate = 0.5,
    // Nobody waits for longer, and who has left after waiting for so long was failed, too.
    call_timeout = "500ms",
    cancel_after = "250ms",
    // The service may ask for more time than `open_for`, but not for ever.
    open_for = "400ms",
    open_for_hint = retry_after,
    max_open_for = "5s",
    // Three good answers in a row, the default, come from a flaky service as well.
    success_threshold = 5,
    // Once it is back it is not run over.
    ramp = "500ms",
    fallback = pay_later,
)]
pub(crate) async fn charge(till: &Till, cents: u64) -> Result<Receipt, PayError> {
    till.charge(cents).await
}

/// Answers in place of [`charge`] if the call is refused: the order is taken, and paid later.
async fn pay_later(till: &Till, cents: u64) -> Result<Receipt, PayError> {
    till.queue.lock().await.push(cents);
    Ok(Receipt::Queued)
}

/// For how long the service asks to be left alone.
fn retry_after(answer: &Result<Receipt, PayError>) -> Option<Duration> {
    match answer {
        Err(PayError::Busy { retry_after }) => *retry_after,
        _ => None,
    }
}

/// Reads `Retry-After` as seconds; the other form, a date, would need the wall clock.
fn seconds_to_wait(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}
