use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "a", slow_call = "1m", probe_timeout = "30s")]
fn call() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {}
