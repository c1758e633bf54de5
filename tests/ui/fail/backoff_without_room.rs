use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "a", open_for = "10s", max_open_for = "10s", backoff = 2.0)]
fn call() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {}
