//! Pairs of settings that are as close to each other as they may be.

use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

const SECOND: Duration = Duration::from_secs(1);

#[circuit_breaker(name = "a", slow_call = "1s", call_timeout = "1001ms", probe_timeout = "1001ms", cancel_after = "1001ms")]
async fn literals() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "b", call_timeout = SECOND, probe_timeout = SECOND, cancel_after = SECOND, cancelled_in_a_row = "off")]
async fn constants() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "c", call_timeout = SECOND, cancel_after = "off", cancelled_in_a_row = 1)]
async fn off() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "d", window = "10s", max_failures = 5, threshold = 10)]
fn in_a_row_for_longer_than_the_window() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "e", window = 100, max_failures = 10, threshold = 10, failure_rate = 0.5, min_calls = 20)]
fn all_at_once() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "f", open_for = "1s", max_open_for = "1s", jitter = 0.5)]
fn without_backoff() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {}
