#![deny(dead_code)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.dead_code")]
fn never_called(value: u32) -> Result<u32, BreakerError> {
    Ok(value)
}

#[circuit_breaker(name = "lints.dead_code_async")]
async fn never_awaited() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {}
