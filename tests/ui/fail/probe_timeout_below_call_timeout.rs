use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "a", call_timeout = "1m", probe_timeout = "30s")]
async fn call() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {}
