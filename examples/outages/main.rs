//! Four outages of a real HTTP service, each with the breaker and without it.
//!
//! Two shops take the same orders at the same time and pay each at a service of their own. Both
//! services fall ill at the same instant: with errors, with slowness, by hanging, and with a `503`
//! that says when to come back. One shop calls its service through a circuit breaker, whose one
//! declaration serves for all four. The program takes about twenty seconds and fails if the breaker
//! did not help in the way that the text says.
//!
//! ```text
//! cargo run --example outages
//! ```

mod client;
mod load;
mod report;
#[expect(dead_code, reason = "each example needs some of the faults")]
#[path = "../service/mod.rs"]
mod service;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::Registry;
use tokio::time::timeout;

use load::{Answer, Day, Outage, Town};
use report::seconds;
use service::Mode;

/// Orders during an outage: more than two seconds of them.
const ORDERS: u64 = 120;

/// As many as come in the two seconds that the busy service asks for.
const ORDERS_WHILE_BUSY: u64 = 100;

/// For how long the busy service asks to be left alone.
const HINT: Duration = Duration::from_secs(service::RETRY_AFTER);

/// What a clock with coarse steps may be off.
const TOLERANCE: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() -> ExitCode {
    let outages = timeout(Duration::from_secs(60), tell()).await;
    match outages.context("it took too long").and_then(|end| end) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe breaker did not help as it should: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn tell() -> anyhow::Result<()> {
    report::opening();
    let mut town = Town::new(Registry::global())?;
    let outages = [
        ("errors at 30 %", errors(&mut town).await?),
        ("slower, slower", slowness(&mut town).await?),
        ("hanging", hanging(&mut town).await?),
        ("503, wait 2 s", busy(&mut town).await?),
    ];
    report::table(&outages);
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
    report::chapter("The answers get slower and slower, though none of them is an error.");
    let outage = town.outage(Mode::Slowing, ORDERS).await?;
    report::picture(&outage)?;
    report::verdict(&[fewer_hits(&outage)?, less_time_lost(&outage)?]);
    Ok(outage)
}

async fn hanging(town: &mut Town) -> anyhow::Result<Outage> {
    report::chapter("The service hangs: it takes every call and answers none.");
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
    report::chapter("The service has too much to do: 503, and `Retry-After: 2`.");
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

/// Calls that have not come back count as slow, so none has to.
fn open_in_time(outage: &Outage) -> anyhow::Result<String> {
    let (opened, _) = outage.opened()?;
    let calls = outage.with.calls.iter();
    let back = calls.filter(|call| call.began >= outage.began && call.began + call.took < opened);
    let claim = "open before the first call came back".to_owned();
    ensure!(back.count() == 0, "{claim}");
    Ok(claim)
}

/// The service got the time that it asked for.
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
