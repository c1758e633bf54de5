//! Retries around a breaker and inside it, with backon.
//!
//! | | around the breaker | inside the breaker |
//! |---|---|---|
//! | the breaker counts | each attempt | one call for all attempts, classified by the last |
//! | calls that reach the service in an outage | `threshold` | `threshold` times the attempts per call |
//! | an open circuit | ends the retries | has no effect between two attempts |
//!
//! So retry around the breaker, and let [`BreakerError::is_retryable`] decide. Code that can wait, such as a
//! background job, waits for [`BreakerError::retry_after`] instead of giving up. With Tower, write
//! `ServiceBuilder::new().retry(…).layer(breaker)` and inspect the error in the retry policy.
//!
//! ```text
//! cargo run --example retries
//! ```

#[expect(dead_code, reason = "each example needs some of the faults")]
mod service;

use std::time::Duration;

use anyhow::{Context, ensure};
use backon::{ConstantBuilder, Retryable};
use breaker_runtime::{BreakerError, Registry, State, Totals, circuit_breaker};
use reqwest::Client;
use service::{Mode, PaymentService};
use tokio::time::timeout;

/// How many customers pay, one after the other, while the service is broken.
const CUSTOMERS: u32 = 10;

/// How many attempts each customer gets at most.
const ATTEMPTS: u32 = 4;

/// How many failures in a row open the circuit, for all breakers in this example.
const THRESHOLD: u32 = 5;

#[derive(Debug, thiserror::Error)]
enum PayError {
    #[error("the card was declined")]
    Declined,
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

impl PayError {
    /// Whether another attempt may succeed. Callers that do not wait need nothing else.
    fn is_retryable(&self) -> bool {
        match self {
            Self::Declined => false,
            Self::Http(_) => true,
            Self::Breaker(error) => error.is_retryable(),
        }
    }

    /// How long to wait before the next attempt, if the error knows this better than the schedule.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Breaker(error) => error.retry_after(),
            Self::Declined | Self::Http(_) => None,
        }
    }
}

/// A till at which customers pay, one after the other.
struct Till {
    http: Client,
    url: String,
}

impl Till {
    async fn charge(&self) -> Result<String, PayError> {
        let response = self.http.post(&self.url).body("450").send().await?;
        if response.status() == 402 {
            return Err(PayError::Declined);
        }
        Ok(response.error_for_status()?.text().await?)
    }
}

/// Attempts in quick succession. In production use growing delays with jitter.
fn schedule() -> ConstantBuilder {
    ConstantBuilder::new()
        .with_delay(Duration::from_millis(5))
        .with_max_times(ATTEMPTS as usize - 1)
}

#[circuit_breaker(name = "around", threshold = THRESHOLD, success(Err(PayError::Declined)))]
async fn attempt(till: &Till) -> Result<String, PayError> {
    till.charge().await
}

/// The right order: the breaker is inside and decides about each attempt.
async fn retry_around(till: &Till) -> Result<String, PayError> {
    (|| attempt(till))
        .retry(schedule())
        .when(PayError::is_retryable)
        .await
}

/// The wrong order: the breaker sees the outcome only after all attempts.
#[circuit_breaker(name = "inside", threshold = THRESHOLD, success(Err(PayError::Declined)))]
async fn retry_inside(till: &Till) -> Result<String, PayError> {
    (|| till.charge())
        .retry(schedule())
        .when(PayError::is_retryable)
        .await
}

#[circuit_breaker(name = "stubborn", threshold = THRESHOLD, success(Err(PayError::Declined)))]
async fn attempt_of_the_stubborn(till: &Till) -> Result<String, PayError> {
    till.charge().await
}

/// The right order, but with the mistake of retrying rejected calls.
async fn retry_rejections_too(till: &Till) -> Result<String, PayError> {
    (|| attempt_of_the_stubborn(till)).retry(schedule()).await
}

#[circuit_breaker(
    name = "job",
    threshold = THRESHOLD,
    open_for = "500ms",
    success_threshold = 1,
    success(Err(PayError::Declined)),
)]
async fn attempt_of_a_job(till: &Till) -> Result<String, PayError> {
    till.charge().await
}

/// The right order for callers that can wait: a rejection says when to try again.
async fn retry_patiently(till: &Till) -> Result<String, PayError> {
    (|| attempt_of_a_job(till))
        .retry(schedule().with_max_times(20))
        .when(|error| error.is_retryable() || error.retry_after().is_some())
        .adjust(|error, scheduled| Some(scheduled?.max(error.retry_after().unwrap_or_default())))
        .notify(|error, wait| println!("  {error}; again in {wait:.0?}"))
        .await
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    timeout(Duration::from_secs(20), tell()).await?
}

async fn tell() -> anyhow::Result<()> {
    println!(
        "{CUSTOMERS} customers, {ATTEMPTS} attempts each, {THRESHOLD} failures open the circuit."
    );
    println!("                           hits  failures  rejected");

    let (hits, totals) = outage("around", retry_around).await?;
    // The first customer's four attempts and one of the second customer open the circuit. The breaker rejects
    // the second customer's next attempt, and the first attempt of each later customer.
    ensure!(hits == u64::from(THRESHOLD));
    ensure!(totals.failures == u64::from(THRESHOLD));
    ensure!(totals.rejected == u64::from(CUSTOMERS - 1));

    let (hits, totals) = outage("inside", retry_inside).await?;
    ensure!(hits == u64::from(THRESHOLD * ATTEMPTS));
    ensure!(totals.failures == u64::from(THRESHOLD));
    ensure!(totals.rejected == u64::from(CUSTOMERS - THRESHOLD));

    let (hits, totals) = outage("stubborn", retry_rejections_too).await?;
    // This spares the service, but makes each customer wait in vain.
    ensure!(hits == u64::from(THRESHOLD));
    ensure!(totals.rejected == u64::from(CUSTOMERS * ATTEMPTS - THRESHOLD));

    a_blip().await?;
    a_job_waits().await
}

/// Sends all customers to a broken service. Returns how many calls reached it, and the breaker's totals.
async fn outage(
    name: &str,
    pay: impl AsyncFn(&Till) -> Result<String, PayError>,
) -> anyhow::Result<(u64, Totals)> {
    let service = PaymentService::start().await?;
    let till = till(&service)?;
    service.switch(Mode::Broken);
    for _ in 0..CUSTOMERS {
        ensure!(pay(&till).await.is_err(), "the service is broken");
    }
    let circuit = Registry::global().get(name).context("declared above")?;
    ensure!(circuit.state() == State::Open);
    let totals = circuit.snapshot().totals;
    let (hits, title) = (service.hits(), format!("retries: {name}"));
    println!(
        "  {title:<22} {hits:>6}  {:>8}  {:>8}",
        totals.failures, totals.rejected
    );
    Ok((hits, totals))
}

/// What retries are good for: they hide single failures from the customers.
async fn a_blip() -> anyhow::Result<()> {
    println!(
        "A service fails {} % of its calls, never two in a row:",
        service::SHARE
    );
    let service = PaymentService::start().await?;
    let till = till(&service)?;
    let circuit = Registry::global().get("around").context("declared above")?;
    circuit.reset();
    let before = circuit.snapshot().totals;
    service.switch(Mode::Flaky);
    for _ in 0..CUSTOMERS {
        retry_around(&till).await?;
    }
    let failures = circuit.snapshot().totals.failures - before.failures;
    println!("  all {CUSTOMERS} paid, after {failures} failed attempts that the breaker counted");
    ensure!(failures > 0 && circuit.state() == State::Closed);
    ensure!(service.hits() == u64::from(CUSTOMERS) + failures);
    service.switch(Mode::Declining);
    let hits = service.hits();
    ensure!(matches!(retry_around(&till).await, Err(PayError::Declined)));
    ensure!(service.hits() == hits + 1, "a declined card is not retried");
    Ok(())
}

async fn a_job_waits() -> anyhow::Result<()> {
    println!("A job that can wait, while the service is broken for a moment:");
    let service = PaymentService::start().await?;
    let till = till(&service)?;
    let circuit = Registry::global().get("job").context("declared above")?;
    service.switch(Mode::Broken);
    let (receipt, ()) = tokio::join!(retry_patiently(&till), async {
        while circuit.state() != State::Open {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        service.switch(Mode::Well);
    });
    println!("  paid: {}", receipt?);
    // The failures that opened the circuit, and the probe.
    ensure!(service.hits() == u64::from(THRESHOLD) + 1);
    ensure!(circuit.state() == State::Closed);
    Ok(())
}

fn till(service: &PaymentService) -> anyhow::Result<Till> {
    let http = Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(5))
        .build()?;
    Ok(Till {
        http,
        url: service.url(),
    })
}
