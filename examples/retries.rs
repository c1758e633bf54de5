//! Retries around a breaker and inside of one, by backon, against a service that is counted on.
//!
//! | | around the breaker | inside of it |
//! |---|---|---|
//! | the breaker sees | each attempt | one call for all its attempts, judged by the last |
//! | an outage costs the service | `threshold` attempts | `threshold` calls, times the attempts of each |
//! | an open circuit | ends the retrying | is not asked between two attempts |
//!
//! So retry around the breaker, and ask [`BreakerError::is_retryable`]. Who has time, such as a job in the
//! background, waits for [`BreakerError::retry_after`] instead of giving up. With Tower it is the same:
//! `ServiceBuilder::new().retry(…).layer(breaker)`, and the policy asks the error.
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

/// Customers who come one after the other while the service is ill.
const CUSTOMERS: u32 = 10;

/// How often each is tried, at most.
const ATTEMPTS: u32 = 4;

/// How many failures in a row open the circuit: the same for all breakers here.
const THRESHOLD: u32 = 5;

#[derive(Debug, thiserror::Error)]
enum PayError {
    #[error("the card was declined")]
    Declined,
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

impl PayError {
    /// Whether another attempt may end otherwise: the whole of the recipe for those who do not wait.
    fn is_retryable(&self) -> bool {
        match self {
            Self::Declined => false,
            Self::Http(_) => true,
            Self::Breaker(error) => error.is_retryable(),
        }
    }

    /// How long to wait before the next attempt, where the error knows better than the schedule.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Breaker(error) => error.retry_after(),
            Self::Declined | Self::Http(_) => None,
        }
    }
}

/// A till at which one customer pays after the other.
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

/// Attempts in quick succession: real ones have a schedule that grows, and jitter.
fn schedule() -> ConstantBuilder {
    ConstantBuilder::new()
        .with_delay(Duration::from_millis(5))
        .with_max_times(ATTEMPTS as usize - 1)
}

#[circuit_breaker(name = "around", threshold = THRESHOLD, success(Err(PayError::Declined)))]
async fn attempt(till: &Till) -> Result<String, PayError> {
    till.charge().await
}

/// The right order: the breaker is inside, and is asked before each attempt.
async fn retry_around(till: &Till) -> Result<String, PayError> {
    (|| attempt(till))
        .retry(schedule())
        .when(PayError::is_retryable)
        .await
}

/// The wrong order: all attempts are made before the breaker hears of them.
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

/// The right order with the mistake of retrying everything.
async fn retry_refusals_too(till: &Till) -> Result<String, PayError> {
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

/// The right order for those who have time: an open circuit says when to come back.
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
    println!("                           hits  failures  refused");

    let (hits, totals) = outage("around", retry_around).await?;
    // The first customer's four attempts, and one of the second: it opens the circuit, and the next attempt
    // is refused. Of the others each is refused once.
    ensure!(hits == u64::from(THRESHOLD));
    ensure!(totals.failures == u64::from(THRESHOLD));
    ensure!(totals.rejected == u64::from(CUSTOMERS - 1));

    let (hits, totals) = outage("inside", retry_inside).await?;
    ensure!(hits == u64::from(THRESHOLD * ATTEMPTS));
    ensure!(totals.failures == u64::from(THRESHOLD));
    ensure!(totals.rejected == u64::from(CUSTOMERS - THRESHOLD));

    let (hits, totals) = outage("stubborn", retry_refusals_too).await?;
    // It spares the service, and keeps each customer waiting for nothing.
    ensure!(hits == u64::from(THRESHOLD));
    ensure!(totals.rejected == u64::from(CUSTOMERS * ATTEMPTS - THRESHOLD));

    a_blip().await?;
    a_job_waits().await
}

/// Sends all customers to a service that is ill, and returns how many calls reached it.
async fn outage(
    name: &str,
    pay: impl AsyncFn(&Till) -> Result<String, PayError>,
) -> anyhow::Result<(u64, Totals)> {
    let service = PaymentService::start().await?;
    let till = till(&service)?;
    service.switch(Mode::Broken);
    for _ in 0..CUSTOMERS {
        ensure!(pay(&till).await.is_err(), "the service is ill");
    }
    let circuit = Registry::global().get(name).context("declared above")?;
    ensure!(circuit.state() == State::Open);
    let totals = circuit.snapshot().totals;
    let (hits, title) = (service.hits(), format!("retries: {name}"));
    println!(
        "  {title:<22} {hits:>6}  {:>8}  {:>7}",
        totals.failures, totals.rejected
    );
    Ok((hits, totals))
}

/// Retries are for this: single failures that nobody gets to see.
async fn a_blip() -> anyhow::Result<()> {
    println!(
        "A service of whose calls {} % fail, never two in a row:",
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
    println!("  all {CUSTOMERS} paid, after {failures} failures that the breaker has seen");
    ensure!(failures > 0 && circuit.state() == State::Closed);
    ensure!(service.hits() == u64::from(CUSTOMERS) + failures);
    service.switch(Mode::Declining);
    let hits = service.hits();
    ensure!(matches!(retry_around(&till).await, Err(PayError::Declined)));
    ensure!(
        service.hits() == hits + 1,
        "an answer is not asked for again"
    );
    Ok(())
}

async fn a_job_waits() -> anyhow::Result<()> {
    println!("A job that has time, while the service is ill for a moment:");
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
    // The failures that opened the circuit, and the probe; nothing came in between.
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
