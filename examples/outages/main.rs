//! Four outages of a real HTTP service, with a breaker and without one.
//!
//! Two shops take the same orders at the same time, and each pays at its own service. Both services
//! fail at the same instant, in four ways: with errors, with slow answers, by hanging, and with a `503`
//! that says when to retry. One shop calls its service through a circuit breaker, and one declaration
//! handles all four outages. The program takes about twenty seconds, and fails if the breaker does not
//! help as the text says.
//!
//! ```text
//! cargo run --example outages
//! ```
//!
//! With `-- --calls FILE` it also writes the calls of the shop without a breaker, for `breaker-rehearse play`.

mod client;
mod load;
mod record;
mod report;
#[expect(dead_code, reason = "each example needs some of the faults")]
#[path = "../service/mod.rs"]
mod service;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::Registry;
use tokio::time::timeout;

use load::{Answer, Day, Outage, Town};
use report::seconds;
use service::Mode;

/// How many orders arrive during an outage, which lasts for more than two seconds.
const ORDERS: u64 = 120;

/// How many orders arrive in the two seconds that the busy service asks clients to wait.
const ORDERS_WHILE_BUSY: u64 = 100;

/// How long the busy service asks clients to wait.
const HINT: Duration = Duration::from_secs(service::RETRY_AFTER);

/// The largest error of the coarse clock.
const TOLERANCE: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() -> ExitCode {
    let file = match std::env::args_os().skip(1).collect::<Vec<_>>().as_slice() {
        [] => None,
        [word, path] if word == "--calls" => Some(PathBuf::from(path)),
        _ => {
            eprintln!("usage: outages [--calls FILE]");
            return ExitCode::from(2);
        }
    };
    let outages = timeout(Duration::from_secs(60), tell(file.as_deref())).await;
    match outages.context("it took too long").and_then(|end| end) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe breaker did not help as it should: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn tell(file: Option<&Path>) -> anyhow::Result<()> {
    report::opening();
    let mut town = Town::new(Registry::global())?;
    let outages = [
        ("errors at 30 %", errors(&mut town).await?),
        ("slower, slower", slowness(&mut town).await?),
        ("hanging", hanging(&mut town).await?),
        ("503, wait 2 s", busy(&mut town).await?),
    ];
    report::table(&outages);
    if let Some(file) = file {
        record::write(file, &outages).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

async fn errors(town: &mut Town) -> anyhow::Result<Outage> {
    report::chapter("Three answers in ten are errors, but never two in a row.");
    let outage = town.outage(Mode::Flaky, ORDERS).await?;
    report::picture(&outage)?;
    report::verdict(&[fewer_hits(&outage)?, fewer_failures(&outage)?]);
    Ok(outage)
}

async fn slowness(town: &mut Town) -> anyhow::Result<Outage> {
    report::chapter("The answers get slower and slower, but there are no errors.");
    let outage = town.outage(Mode::Slowing, ORDERS).await?;
    report::picture(&outage)?;
    report::verdict(&[fewer_hits(&outage)?, less_time_lost(&outage)?]);
    Ok(outage)
}

async fn hanging(town: &mut Town) -> anyhow::Result<Outage> {
    report::chapter("The service hangs: it accepts every call and never answers.");
    let outage = town.outage(Mode::Hanging, ORDERS).await?;
    report::picture(&outage)?;
    report::verdict(&[
        fewer_hits(&outage)?,
        fewer_failures(&outage)?,
        less_time_lost(&outage)?,
        open_in_time(&outage)?,
    ]);
    Ok(outage)
}

async fn busy(town: &mut Town) -> anyhow::Result<Outage> {
    report::chapter("The service is overloaded: it answers 503 with `Retry-After: 2`.");
    let outage = town.outage(Mode::Busy, ORDERS_WHILE_BUSY).await?;
    report::picture(&outage)?;
    report::verdict(&[
        fewer_hits(&outage)?,
        fewer_failures(&outage)?,
        left_alone(&outage)?,
    ]);
    Ok(outage)
}

fn fewer_hits(outage: &Outage) -> anyhow::Result<String> {
    let (with, without) = (outage.with.hits_while_sick, outage.without.hits_while_sick);
    let claim = format!("{with} hits on the sick service instead of {without}");
    ensure!(with * 2 <= without, "{claim}");
    Ok(claim)
}

fn fewer_failures(outage: &Outage) -> anyhow::Result<String> {
    let [with, without] = [&outage.with, &outage.without].map(|day| day.count(Answer::Failed));
    let claim = format!("{with} failures instead of {without}");
    ensure!(with * 2 <= without, "{claim}");
    Ok(claim)
}

fn less_time_lost(outage: &Outage) -> anyhow::Result<String> {
    let [with, without] = [&outage.with, &outage.without].map(Day::waited);
    let claim = format!("{} lost instead of {}", seconds(with), seconds(without));
    ensure!(with * 2 <= without, "{claim}");
    Ok(claim)
}

/// Calls still in flight already count as slow, so the circuit opens before the first one returns.
fn open_in_time(outage: &Outage) -> anyhow::Result<String> {
    let (opened, _) = outage.opened()?;
    let calls = outage.with.calls.iter();
    let back = calls.filter(|call| call.began >= outage.began && call.began + call.took < opened);
    let claim = "open before the first call returned".to_owned();
    ensure!(back.count() == 0, "{claim}");
    Ok(claim)
}

/// Checks that the service got the time that it asked for.
fn left_alone(outage: &Outage) -> anyhow::Result<String> {
    let (opened, _) = outage.opened()?;
    let mut calls = outage.with.calls.iter();
    let next = calls.find(|call| call.began > opened && call.answer != Answer::Later);
    let next = next.context("the service was never called again")?;
    let quiet = next.began.saturating_duration_since(opened);
    let claim = format!("no hit for {}", seconds(quiet));
    ensure!(quiet + TOLERANCE >= HINT, "{claim}");
    Ok(claim)
}
