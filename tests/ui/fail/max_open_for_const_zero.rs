use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", max_open_for = Duration::ZERO)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
