use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", open_for = Duration::from_secs(0))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
