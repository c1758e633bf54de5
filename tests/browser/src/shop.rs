//! Functions with breakers, which a scene shows.

use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

use crate::scene::SceneClock;

#[derive(Debug)]
pub(crate) enum ShopError {
    Answered(u16),
    Breaker,
}

impl std::fmt::Display for ShopError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answered(status) => write!(f, "the service answered {status}"),
            Self::Breaker => f.write_str("stopped by its circuit breaker"),
        }
    }
}

impl From<BreakerError> for ShopError {
    fn from(_: BreakerError) -> Self {
        Self::Breaker
    }
}

#[circuit_breaker(
    name = "bank",
    critical = true,
    window = 40,
    failure_rate = 0.5,
    open_for = "30s",
    latency = true,
    cause
)]
pub(crate) fn pay(clock: &SceneClock, status: u16, takes: Duration) -> Result<(), ShopError> {
    clock.advance(takes);
    answer(status)
}

#[circuit_breaker(name = "mail", cause)]
fn send_mail(status: u16) -> Result<(), ShopError> {
    answer(status)
}

#[circuit_breaker(name = "stock", latency = true, fallback = |_rejected| Ok(()))]
fn in_stock(clock: &SceneClock, takes: Duration) -> Result<(), ShopError> {
    clock.advance(takes);
    answer(200)
}

#[circuit_breaker(name = "fetch", key = host, threshold = 2, cause)]
fn fetch(host: &str, status: u16) -> Result<(), ShopError> {
    answer(status)
}

fn answer(status: u16) -> Result<(), ShopError> {
    match status {
        200 => Ok(()),
        status => Err(ShopError::Answered(status)),
    }
}

/// A quiet time, in which only one host is down.
pub(crate) fn play(clock: &SceneClock) {
    for number in 0..30_u64 {
        let _ = pay(clock, 200, Duration::from_micros(400 + 90 * number));
        let _ = in_stock(clock, Duration::from_micros(200 + 50 * number));
        let _ = send_mail(200);
        let _ = fetch("a.example", 200);
        let _ = fetch("b.example", 200);
        let _ = fetch("sick.example", 503);
    }
}

/// The bank answers with errors, until its circuit is open.
pub(crate) fn fail_bank(clock: &SceneClock) {
    for _ in 0..25 {
        let _ = pay(clock, 503, Duration::from_millis(8));
    }
}
