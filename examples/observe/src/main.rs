//! The metrics of a service under load, before, during and after an outage.
//!
//! The program serves `/metrics` for Prometheus on a free loopback port and scrapes it itself: before
//! the first call, while the service is healthy, during an outage, after it, and while the circuit is
//! forced open.
//!
//! ```text
//! cargo run -p example-observe
//! ```
//!
//! A dashboard and alert rules for these series are in `examples/monitoring`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use breaker_runtime::metrics::{DURATION_BUCKETS, publish};
use breaker_runtime::{BreakerError, Config, Registry, circuit_breaker};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval, sleep};

#[derive(Debug, thiserror::Error)]
enum StockError {
    #[error("the warehouse does not answer")]
    NoAnswer,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

static DOWN: AtomicBool = AtomicBool::new(false);
static ASKED: AtomicU64 = AtomicU64::new(0);

#[circuit_breaker(
    name = "warehouse",
    window = 50,
    failure_rate = 0.5,
    min_calls = 10,
    open_for = "400ms",
    fallback = |_rejected| Ok(0)
)]
async fn in_stock(item: u64) -> Result<u64, StockError> {
    ASKED.fetch_add(1, Ordering::Relaxed);
    sleep(Duration::from_millis(1 + item % 7)).await;
    if DOWN.load(Ordering::Relaxed) {
        return Err(StockError::NoAnswer);
    }
    Ok(item % 5)
}

/// Calls both dependencies every five milliseconds.
async fn load() {
    let mut every = interval(Duration::from_millis(5));
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for item in 0_u64.. {
        every.tick().await;
        tokio::spawn(in_stock(item));
        tokio::spawn(price(item));
    }
}

/// Calls a supplier through its own breaker; all breakers share one name. Calls to supplier 3 fail.
async fn price(item: u64) -> anyhow::Result<()> {
    let supplier = item % 4;
    let prices = Registry::global().get_or_create_keyed(
        "prices",
        &format!("supplier-{supplier}.example"),
        suppliers(),
    )?;
    let answer = async move {
        sleep(Duration::from_millis(10 * supplier)).await;
        match supplier {
            3 => Err(StockError::NoAnswer),
            _ => Ok(450_u64),
        }
    };
    prices.call_async(answer).await.map(|_price| ())?;
    Ok(())
}

const fn suppliers() -> Config {
    Config::new().latency(true)
}

/// Answers a scrape. `publish` reads the breakers at that moment.
async fn scraped(State(prometheus): State<PrometheusHandle>) -> String {
    publish();
    prometheus.render()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let prometheus = PrometheusBuilder::new()
        .set_buckets(DURATION_BUCKETS)?
        .install_recorder()?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/metrics", listener.local_addr()?);
    let routes = Router::new().route("/metrics", get(scraped));
    tokio::spawn(async move { axum::serve(listener, routes.with_state(prometheus)).await });
    println!("{url}");

    let scrape = Scrape::of(&url, "Before the first call").await?;
    let states = [
        "closed",
        "open",
        "half_open",
        "forced_open",
        "forced_closed",
    ];
    let state =
        |scrape: &Scrape| states.map(|state| scrape.of_warehouse("state", &[("state", state)]));
    ensure!(state(&scrape) == [Some(1.0), Some(0.0), Some(0.0), Some(0.0), Some(0.0)]);
    ensure!(scrape.of_warehouse("failure_rate", &[]).is_none());

    let load = tokio::spawn(load());
    sleep(Duration::from_millis(600)).await;
    let well = Scrape::of(&url, "While the service is healthy").await?;
    ensure!(well.calls("success")? > 20.0);
    ensure!(well.of_warehouse("failure_rate", &[]) == Some(0.0));

    DOWN.store(true, Ordering::Relaxed);
    sleep(Duration::from_millis(1800)).await;
    let outage = Scrape::of(&url, "During an outage").await?;
    let rejected = outage.of_warehouse("rejected_total", &[("reason", "open")]);
    ensure!(rejected > Some(20.0));
    ensure!(outage.calls("failure")? >= 10.0);

    DOWN.store(false, Ordering::Relaxed);
    sleep(Duration::from_millis(1200)).await;
    let over = Scrape::of(&url, "After the outage").await?;
    ensure!(
        state(&over)[0] == Some(1.0),
        "the circuit closes without help"
    );
    let closed = [
        ("from", "half_open"),
        ("to", "closed"),
        ("reason", "probes_succeeded"),
    ];
    ensure!(over.of_warehouse("transitions_total", &closed) >= Some(1.0));
    ensure!(over.of_warehouse("open_seconds_total", &[]) >= Some(1.0));

    let warehouse = Registry::global()
        .get("warehouse")
        .context("declared above")?;
    warehouse.force_open("stocktaking", None);
    sleep(Duration::from_millis(100)).await;
    load.abort();
    // Calls in flight end during this time.
    sleep(Duration::from_millis(100)).await;
    let forced = Scrape::of(&url, "After it was forced open").await?;
    ensure!(state(&forced)[3] == Some(1.0));

    let counted =
        ["success", "failure", "cancelled", "ignored"].map(|outcome| forced.calls(outcome));
    let counted = counted.into_iter().sum::<anyhow::Result<f64>>()?;
    #[expect(clippy::cast_precision_loss, reason = "there were not 2^53 calls")]
    let asked = ASKED.load(Ordering::Relaxed) as f64;
    ensure!(
        (counted - asked).abs() < 0.5,
        "{counted} calls were counted, but {asked} reached the service"
    );
    let rejected = [
        "open",
        "half_open_full",
        "ramp",
        "forced",
        "probed_elsewhere",
    ]
    .map(|reason| forced.of_warehouse("rejected_total", &[("reason", reason)]));
    let rejected: f64 = rejected.into_iter().flatten().sum();
    let fallbacks = forced.of_warehouse("fallbacks_total", &[("result", "success")]);
    ensure!(
        fallbacks == Some(rejected),
        "the fallback answered each rejected call"
    );
    ensure!(!forced.text.contains("supplier-"), "keys are not labels");

    for earlier in [&scrape, &well, &outage, &over] {
        for (sample, value) in &earlier.samples {
            let name = sample.split('{').next().unwrap_or_default();
            if name.ends_with("_total") {
                ensure!(
                    forced.samples.get(sample) >= Some(value),
                    "{sample} decreased"
                );
            }
        }
    }
    println!(
        "\n{asked} calls reached the warehouse, each was counted once, and no counter decreased."
    );
    Ok(())
}

/// The answer of the endpoint.
struct Scrape {
    text: String,
    /// The values by series, whose names include the labels as text.
    samples: BTreeMap<String, f64>,
}

impl Scrape {
    /// Scrapes the endpoint and prints the values other than zero.
    async fn of(url: &str, when: &str) -> anyhow::Result<Self> {
        let text = reqwest::get(url).await?.error_for_status()?.text().await?;
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let sample = |line: &str| {
            let (sample, value) = line.rsplit_once(' ').context("a sample has a value")?;
            Ok((sample.to_owned(), value.parse()?))
        };
        let samples = lines
            .map(sample)
            .collect::<anyhow::Result<BTreeMap<_, f64>>>()?;
        println!("\n{when}:");
        for (sample, value) in &samples {
            if *value != 0.0 && !sample.contains("_bucket{") {
                println!("  {sample} {value}");
            }
        }
        Ok(Self { text, samples })
    }

    /// The value of a series for the breaker `warehouse`.
    fn of_warehouse(&self, series: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let others = labels.iter();
        let others = others.map(|(label, value)| format!(r#",{label}="{value}""#));
        let others: String = others.collect();
        let sample = format!(r#"circuit_breaker_{series}{{breaker="warehouse"{others}}}"#);
        self.samples.get(&sample).copied()
    }

    fn calls(&self, outcome: &str) -> anyhow::Result<f64> {
        let calls = self.of_warehouse("calls_total", &[("outcome", outcome)]);
        calls.context("the series always exists")
    }
}
