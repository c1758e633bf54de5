use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", open_for_hint = |_| Duration::from_secs(1))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
