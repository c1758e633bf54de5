use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", ramp = Duration::ZERO)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
