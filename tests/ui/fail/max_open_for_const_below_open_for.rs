use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

const OPEN_FOR: Duration = Duration::from_secs(20);

#[circuit_breaker(name = "payment", open_for = OPEN_FOR, max_open_for = "5s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
