use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

fn retry_after(_: &Option<u8>) -> Option<Duration> {
    None
}

#[circuit_breaker(name = "payment", open_for_hint = retry_after)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
