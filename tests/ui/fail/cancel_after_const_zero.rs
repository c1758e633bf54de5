use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", cancel_after = Duration::ZERO)]
async fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
