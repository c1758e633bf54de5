use std::time::Duration;

use breaker_runtime::{BreakerError, circuit_breaker};

const SLOW: Duration = Duration::from_secs(2);

#[circuit_breaker(name = "a", slow_call = SLOW, call_timeout = "500ms")]
async fn call() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "b", cancel_after = SLOW, call_timeout = "500ms")]
async fn cancelled() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {}
