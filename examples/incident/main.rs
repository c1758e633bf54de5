//! Writes the review of an incident from what the breaker has recorded: what happened, why, since when, who acted, and
//! what it cost.
//!
//! The payment service hangs and then answers with errors. Meanwhile an operator forces the circuit open and a file of
//! settings is loaded. At the end the program prints the review, and fails if any of it is missing.
//!
//! ```text
//! cargo run --example incident
//! ```
//!
//! With `-- --record FOLDER` it also records the calls, for `breaker-rehearse play FOLDER --breaker payment`.

#[expect(dead_code, reason = "each example needs some of the faults")]
#[path = "../service/mod.rs"]
mod service;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::rehearsal::{Recorder, RecorderOptions};
use breaker_runtime::{
    Actor, BreakerError, CircuitBreaker, FailureKind, Outage, Registry, Snapshot, State,
    circuit_breaker,
};
use reqwest::{Client, StatusCode};
use tokio::time::{sleep, timeout};

use service::{Mode, PaymentService};

#[derive(Debug, thiserror::Error)]
enum PayError {
    #[error("the payment service answered {0}")]
    Answered(StatusCode),
    #[error("the payment service cannot be reached")]
    Http(#[from] reqwest::Error),
    #[error("stopped by the circuit breaker")]
    Breaker(#[from] BreakerError),
}

/// Charges the customer's card.
///
/// The messages of `PayError` contain no customer data, so they may be kept as causes.
#[circuit_breaker(
    name = "payment",
    threshold = 3,
    open_for = "400ms",
    success_threshold = 1,
    call_timeout = "150ms",
    cause,
    fallback = |_rejected| Ok("to be paid later".to_owned()),
)]
async fn charge(http: &Client, url: &str, cents: u64) -> Result<String, PayError> {
    let response = http.post(url).body(cents.to_string()).send().await?;
    match response.status() {
        StatusCode::OK => Ok(response.text().await?),
        status => Err(PayError::Answered(status)),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let recorder = match recorder() {
        Ok(recorder) => recorder,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::from(2);
        }
    };
    let story = timeout(Duration::from_secs(20), tell()).await;
    if let Some(recorder) = recorder {
        let stats = recorder.stop();
        println!("Recorded {} calls", stats.calls);
    }
    match story.context("it took too long").and_then(|end| end) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe review is incomplete: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Starts a recorder if the command line asks for one.
fn recorder() -> anyhow::Result<Option<Recorder>> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let folder = match words.as_slice() {
        [] => return Ok(None),
        [word, folder] if word == "--record" => folder,
        _ => anyhow::bail!("usage: incident [--record FOLDER]"),
    };
    let options = RecorderOptions::new().breaker("payment").folder(folder);
    Ok(Some(options.start(Registry::global())?))
}

struct Shop {
    service: PaymentService,
    http: Client,
    payment: CircuitBreaker,
}

impl Shop {
    async fn sell(&self, orders: u64) {
        for order in 0..orders {
            let _ = charge(&self.http, &self.service.url(), 100 + order).await;
        }
    }

    /// Sells until the circuit is in `state`.
    async fn sell_until(&self, state: State) -> anyhow::Result<()> {
        for _ in 0..200 {
            if self.payment.state() == state {
                return Ok(());
            }
            self.sell(1).await;
            sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("the circuit did not become {state}")
    }
}

async fn tell() -> anyhow::Result<()> {
    let shop = Shop {
        service: PaymentService::start().await?,
        http: Client::builder().no_proxy().build()?,
        payment: Registry::global()
            .get("payment")
            .context("`charge` declares it")?,
    };
    shop.sell(5).await;

    // The service hangs, and three timeouts open the circuit.
    shop.service.switch(Mode::Hanging);
    shop.sell_until(State::Open).await?;
    shop.sell(4).await;

    // It answers again, with errors: a probe fails.
    shop.service.switch(Mode::Broken);
    shop.sell_until(State::HalfOpen).await?;
    shop.sell(1).await;
    ensure!(shop.payment.state() == State::Open, "the probe failed");

    // The operator rejects all calls while the database is repaired, and loads a higher threshold.
    let alice = Actor::new("alice")?.because("INC-42: the database is being repaired")?;
    shop.payment
        .by(&alice)
        .force_open(Some(Duration::from_secs(60)));
    shop.sell(3).await;
    let file = TemporaryFile::new("[breakers.payment]\nthreshold = 5\n")?;
    Registry::global().by(&alice).load(&file.0)?;
    shop.service.switch(Mode::Well);
    shop.payment.by(&alice).clear_override();

    // A probe succeeds and the circuit closes. The outage ends when it has been closed for `open_for`.
    shop.sell_until(State::Closed).await?;
    sleep(Duration::from_millis(500)).await;

    review(&shop.payment.snapshot())
}

/// Prints the review of the last outage.
fn review(payment: &Snapshot) -> anyhow::Result<()> {
    let outage: &Outage = payment.past_outages.last().context("no outage has ended")?;
    let (opening, last) = (&outage.first.transition, &outage.last.transition);

    println!("What happened");
    println!("  {}: {opening:#}", payment.name);
    ensure!(opening.failures_by_kind.of(FailureKind::TimedOut) == 3);

    println!("Why");
    for transition in [opening, last] {
        let cause = transition
            .cause
            .as_ref()
            .context("an opening has no cause")?;
        println!("  {}: {cause}", transition.reason);
        ensure!(cause.function == Some("charge"));
    }
    let cause = last.cause.as_ref().context("checked above")?;
    ensure!(cause.text.contains("500 Internal Server Error"), "{cause}");

    println!("Since when");
    let ended = outage.ended_at.context("the outage has ended")?;
    println!("  it lasted {:.1?}", outage.lasted);
    ensure!(ended.duration_since(outage.began_at).is_ok());
    ensure!(payment.outage.is_none());

    println!("Who");
    for action in &payment.actions {
        println!("  {action}");
    }
    let by_alice = |it: &&breaker_runtime::Action| it.by.actor.as_deref() == Some("alice");
    ensure!(
        payment.actions.iter().filter(by_alice).count() == 2,
        "{:?}",
        payment.actions
    );
    let loads = Registry::global().actions();
    let load = loads.iter().find(|action| action.breaker.is_none());
    println!("  {}", load.context("nobody loaded a file")?);
    ensure!(payment.config.threshold == Some(5));

    println!("What it cost");
    println!(
        "  {} openings, {} probes, {} rejected calls, {} answered by the fallback",
        outage.openings, outage.probes, outage.rejected, outage.fallbacks
    );
    ensure!(outage.openings == 2 && outage.probes >= 2);
    ensure!(outage.rejected >= 7 && outage.fallbacks == outage.rejected);
    Ok(())
}

/// A file that is removed when it is dropped.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(text: &str) -> std::io::Result<Self> {
        let name = format!("breakers-{}.toml", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text)?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
