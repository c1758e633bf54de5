//! The tests of the page of the feature `admin` and of the report of `breaker-rehearse`, in a browser.
//!
//! ```text
//! breaker-browser [--shots FOLDER] [PART OF A NAME …]
//! ```
//!
//! The process has the registry and the clock, serves the page, and drives Chromium. `ci/page.sh` runs it.

mod axe;
mod browser;
mod cases;
mod driver;
mod fleet;
mod proxy;
mod scene;
mod shop;
mod shots;
mod steps;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fantoccini::Client;
use tokio::time::timeout;

use browser::Browser;
use cases::Case;
use driver::Driver;

/// How long a test may take.
const LONGEST: Duration = Duration::from_secs(90);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let driver = Driver::start().await?;
    let result = match words.as_slice() {
        [word, folder] if word == "--shots" => shots::take(&driver.client, Path::new(folder))
            .await
            .map(|()| true),
        wanted => run(&driver.client, wanted).await,
    };
    driver.stop().await?;
    Ok(if result? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs the tests whose names contain one of the texts, or all. Returns whether they passed.
async fn run(client: &Client, wanted: &[String]) -> anyhow::Result<bool> {
    Browser::install_helpers(client).await?;
    let began = Instant::now();
    let (mut passed, mut failed) = (0, Vec::new());
    for case in cases::all() {
        if !wanted.is_empty() && !wanted.iter().any(|part| case.name.contains(part)) {
            continue;
        }
        let name = case.name.trim_start_matches("breaker_browser::cases::");
        let start = Instant::now();
        let result = run_one(client, case).await;
        let verdict = if result.is_ok() { "ok" } else { "FAILED" };
        println!(
            "{name} ... {verdict} ({:.1} s)",
            start.elapsed().as_secs_f32()
        );
        match result {
            Ok(()) => passed += 1,
            Err(_) => failed.push(name),
        }
    }
    let took = began.elapsed().as_secs_f32();
    println!("\n{passed} passed, {} failed, in {took:.0} s", failed.len());
    for name in &failed {
        println!("    {name}");
    }
    anyhow::ensure!(passed + failed.len() > 0, "no test has such a name");
    Ok(failed.is_empty())
}

async fn run_one(client: &Client, case: &Case) -> anyhow::Result<()> {
    let browser = Browser::new(client).await?;
    let result = match timeout(LONGEST, (case.run)(&browser)).await {
        Ok(Ok(())) => browser.check_logs().await,
        Ok(error) => error,
        Err(_) => Err(anyhow::anyhow!("it took longer than {LONGEST:?}")),
    };
    if let Err(error) = &result {
        println!("{error:#}");
        if let Ok(messages) = browser.messages().await {
            println!("the console: {messages:#?}");
        }
        let name = case.name.rsplit(':').next().unwrap_or_default();
        let path = failures().join(format!("{name}.png"));
        if browser.picture(&path).await.is_ok() {
            println!("a picture of the failure is at {}", path.display());
        }
    }
    result
}

/// The folder for pictures of failures.
fn failures() -> PathBuf {
    let folder = std::env::temp_dir().join("breaker-browser-failures");
    let _ = std::fs::create_dir_all(&folder);
    folder
}
