//! Takes settings from a file and from the environment, and changes a threshold during an outage without
//! a restart.
//!
//! ```text
//! cargo run --example configure
//! ```

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::{BreakerError, CircuitBreaker, Registry, State, circuit_breaker};

#[derive(Debug, thiserror::Error)]
enum StockError {
    #[error("the warehouse is out of reach")]
    OutOfReach,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

// The attribute holds the settings for normal operation.
#[circuit_breaker(name = "warehouse", threshold = 5)]
fn reserve(item: &str) -> Result<u32, StockError> {
    // Today the warehouse drops every third call, which is a nuisance but not an outage.
    if item.len() % 3 == 0 {
        Err(StockError::OutOfReach)
    } else {
        Ok(1)
    }
}

const FILE: &str = r#"
[default]
open_for = "20s"            # applies because the attribute does not set it

[breakers.warehouse]
threshold = 3               # overrides the attribute
"#;

const AT_THREE_IN_THE_MORNING: &str = r#"
[default]
open_for = "20s"

[breakers.warehouse]
threshold = "off"           # failures in a row no longer open the circuit
window = 20
failure_rate = 0.6
"#;

const BROKEN: &str = r#"
[breakers.warehouse]
treshold = 4
open_for = "soon"
"#;

/// A variable that the deployment would set.
const VARIABLE: (&str, &str) = ("BREAKER_WAREHOUSE__HALF_OPEN_CALLS", "1");

fn main() -> anyhow::Result<ExitCode> {
    if std::env::var_os(VARIABLE.0).is_none() {
        // A process gets its environment when it starts, so the program starts itself again.
        let status = Command::new(std::env::current_exe()?)
            .env(VARIABLE.0, VARIABLE.1)
            .status()?;
        return Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    let file = std::env::temp_dir().join(format!("breakers-{}.toml", std::process::id()));
    let result = run(&file);
    let _ = std::fs::remove_file(&file);
    result.map(|()| ExitCode::SUCCESS)
}

fn run(file: &PathBuf) -> anyhow::Result<()> {
    let registry = Registry::global();
    let warehouse = registry.get("warehouse").context("declared above")?;
    println!("as declared");
    show(&warehouse);

    std::fs::write(file, FILE)?;
    let watch = registry.watch(file, Duration::from_secs(2), |loaded| match loaded {
        Ok(_) => println!("\nthe file is in force"),
        Err(problems) => {
            println!("\nthe file is broken, the settings stay as they were:\n{problems}");
        }
    })?;
    watch.check(); // returns when the first load has been reported
    println!("\nwith the file and {}={}", VARIABLE.0, VARIABLE.1);
    show(&warehouse);
    ensure!(
        warehouse.config().threshold == Some(3),
        "the file overrides the attribute"
    );
    ensure!(
        warehouse.config().half_open_calls.get() == 1,
        "the environment overrides the file"
    );

    // "tea" fails each time. In real traffic, where two of three calls succeed, runs of three occur too.
    for _ in 0..3 {
        let _ = reserve("tea");
    }
    ensure!(warehouse.state() == State::Open, "three in a row");
    println!("\n3 failures in a row: {}", warehouse.state());

    save(file, AT_THREE_IN_THE_MORNING)?;
    watch.check();
    warehouse.reset();
    show(&warehouse);
    let items = ["tea", "cups", "spoon", "saucer", "milk", "sugar"];
    let answers: Vec<_> = items
        .iter()
        .cycle()
        .take(60)
        .map(|item| reserve(item))
        .collect();
    let reserved = answers.iter().filter(|answer| answer.is_ok()).count();
    println!("\n60 calls: {reserved} answered, the others failed, none was rejected");
    println!("{} after that", warehouse.state());
    ensure!(
        warehouse.state() == State::Closed,
        "a failure rate of one third is acceptable now"
    );
    ensure!(
        warehouse.snapshot().totals.rejected == 0,
        "nothing was rejected"
    );

    save(file, BROKEN)?;
    watch.check();
    ensure!(
        warehouse.config().failure_rate == Some(0.6),
        "a broken file changes nothing"
    );
    Ok(())
}

/// Replaces a file atomically, so that nothing reads half of it.
fn save(file: &Path, text: &str) -> anyhow::Result<()> {
    let new = file.with_extension("new");
    std::fs::write(&new, text)?;
    std::fs::rename(&new, file)?;
    Ok(())
}

/// Prints some settings and the layer that each comes from.
fn show(breaker: &CircuitBreaker) {
    let snapshot = breaker.snapshot();
    let config = snapshot.config;
    let threshold = config.threshold.map_or("off".to_owned(), |n| n.to_string());
    let rate = config
        .failure_rate
        .map_or("off".to_owned(), |n| n.to_string());
    for (setting, value) in [
        ("threshold", threshold),
        ("failure_rate", rate),
        ("open_for", format!("{:?}", config.open_for)),
        ("half_open_calls", config.half_open_calls.to_string()),
    ] {
        let layer = snapshot
            .layers
            .of(setting)
            .map_or("", breaker_runtime::Layer::as_str);
        println!("  {setting:<16} {value:<6} {layer}");
    }
}
