//! Reads the registry: every breaker of the program with its state, counts and declarations.
//!
//! ```text
//! cargo run --example registry
//! ```

use std::time::Duration;

use anyhow::Context;
use breaker_runtime::{
    BreakerError, Event, EventKind, Registry, Snapshot, State, Transition, circuit_breaker,
};

#[derive(Debug, thiserror::Error)]
enum ShopError {
    #[error("the warehouse is out of reach")]
    OutOfReach,
    #[error("not for sale")]
    NotForSale,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

// Two functions that call one dependency share a breaker by its name.
#[circuit_breaker(name = "warehouse", threshold = 3, open_for = "10s")]
fn reserve(_item: &str) -> Result<(), ShopError> {
    Err(ShopError::OutOfReach)
}

#[circuit_breaker(name = "warehouse")]
fn release(_item: &str) -> Result<(), ShopError> {
    Err(ShopError::OutOfReach)
}

#[circuit_breaker(name = "prices", ignore(Err(ShopError::NotForSale)))]
fn price(item: &str) -> Result<u32, ShopError> {
    match item {
        "tea" => Ok(450),
        "cup" => Ok(900),
        _ => Err(ShopError::NotForSale),
    }
}

#[circuit_breaker(name = "mail")]
fn announce(item: &str) -> Result<usize, ShopError> {
    Ok(item.len())
}

fn main() -> anyhow::Result<()> {
    let registry = Registry::global();

    println!("Before the first call:");
    let breakers = registry.snapshot();
    table(&breakers);
    let names: Vec<_> = breakers.iter().map(|breaker| &breaker.name).collect();
    assert_eq!(names, ["mail", "prices", "warehouse"]);

    println!("\nTheir declarations:");
    let declarations = registry.declarations();
    for declaration in &declarations {
        println!(
            "{:<10} {:<12} {}",
            declaration.name(),
            declaration.function(),
            declaration.location()
        );
    }
    assert_eq!(declarations.len(), 4);

    // A useful assertion for your tests: the declarations of each breaker agree.
    assert!(registry.verify().is_empty(), "{:?}", registry.verify());

    println!("\nWhat a listener receives:");
    registry
        .subscribe(|event: &Event| {
            let name = event.breaker().name();
            match event.kind() {
                EventKind::Transition(Transition {
                    from, to, reason, ..
                }) => {
                    println!("{name}: {from} to {to} ({reason})");
                }
                EventKind::OverrideSet(set) => println!("{name}: {} ({})", set.state, set.reason),
                EventKind::OverrideCleared(set) => println!("{name}: no longer {}", set.state),
                _ => {}
            }
        })
        .detach();
    for item in ["tea", "cup", "moon"] {
        // The table shows the outcomes.
        let _ = price(item);
        let _ = reserve(item);
        let _ = release(item);
        let _ = announce(item);
    }
    let mail = registry.get("mail").context("declared above")?;
    mail.force_open("the mail server is moved", Some(Duration::from_secs(60)));

    println!("\nAfter some calls:");
    let breakers = registry.snapshot();
    table(&breakers);
    let not_closed: Vec<_> = breakers
        .iter()
        .filter(|breaker| breaker.state != State::Closed)
        .map(|breaker| (breaker.name.as_str(), breaker.state))
        .collect();
    assert_eq!(
        not_closed,
        [("mail", State::ForcedOpen), ("warehouse", State::Open)]
    );

    println!("\nEverything back to normal:");
    mail.clear_override();
    registry.reset_all();
    assert!(
        registry
            .breakers()
            .iter()
            .all(|breaker| breaker.state() == State::Closed)
    );
    Ok(())
}

fn table(breakers: &[Snapshot]) {
    println!(
        "{:<10} {:<12} {:>5} {:>7} {:>8} {:>8}",
        "breaker", "state", "calls", "failed", "rejected", "retry in"
    );
    for breaker in breakers {
        let retry = breaker
            .retry_after
            .map_or(String::new(), |rest| format!("{:.1}s", rest.as_secs_f64()));
        println!(
            "{:<10} {:<12} {:>5} {:>7} {:>8} {:>8}",
            breaker.name,
            breaker.state,
            breaker.totals.calls,
            breaker.totals.failures,
            breaker.totals.rejected,
            retry
        );
    }
}
