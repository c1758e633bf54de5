//! One breaker per host: an outage of one host does not affect calls to the others.
//!
//! ```text
//! cargo run --example per_host
//! ```

use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::{BreakerError, Registry, State, circuit_breaker};

#[expect(dead_code, reason = "other examples need more of it")]
mod service;

use service::{Mode, PaymentService};

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

// The expression for the key can use the arguments.
#[circuit_breaker(
    name = "fetch",
    key = host_and_port(url), // keys are logged, and `url.authority()` may contain a password
    max_keys = 100,
    idle_ttl = "10m",
    threshold = 3,
    open_for = "300ms",
    success_threshold = 1
)]
async fn fetch(http: &reqwest::Client, url: &reqwest::Url) -> Result<String, FetchError> {
    let answer = http.post(url.clone()).body("450").send().await?;
    Ok(answer.error_for_status()?.text().await?)
}

fn host_and_port(url: &reqwest::Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

const ROUNDS: u64 = 20;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let http = reqwest::Client::new();
    let mut hosts = Vec::new();
    for _ in 0..3 {
        let service = PaymentService::start().await?;
        let url: reqwest::Url = service.url().parse()?;
        hosts.push((service, url));
    }
    let (sick, _) = &hosts[1];
    sick.switch(Mode::Broken);

    println!("the second of three hosts answers 500 to everything");
    for _ in 0..ROUNDS {
        for (_, url) in &hosts {
            let _ = fetch(&http, url).await;
        }
    }
    let registry = Registry::global();
    report(registry);
    let hits: Vec<_> = hosts.iter().map(|(service, _)| service.hits()).collect();
    println!("\nhits: {hits:?}");
    ensure!(hits == [ROUNDS, 3, ROUNDS], "only the sick host is spared");

    let stats = registry.key_stats("fetch").context("has keys")?;
    ensure!((stats.keys, stats.in_state(State::Open)) == (3, 1));
    ensure!(
        stats.totals.rejected == ROUNDS - 3,
        "its other calls were rejected"
    );

    sick.switch(Mode::Well);
    println!("\nit has recovered: after the open period a probe finds out");
    let (_, url) = &hosts[1];
    let sick = registry
        .get_keyed("fetch", &host_and_port(url))
        .context("it was called")?;
    tokio::time::sleep(Duration::from_millis(350)).await;
    fetch(&http, url).await?;
    ensure!(sick.state() == State::Closed);
    report(registry);
    Ok(())
}

/// Prints the breakers of all hosts.
fn report(registry: &Registry) {
    let breakers = registry.breakers();
    for breaker in breakers.iter().filter(|breaker| breaker.key().is_some()) {
        let (state, totals) = (breaker.state(), breaker.snapshot().totals);
        let key = breaker.key().unwrap_or("-");
        println!(
            "  {key:<18} {state:<9} {:>3} succeeded {:>3} failed {:>3} rejected",
            totals.successes, totals.failures, totals.rejected
        );
    }
}
