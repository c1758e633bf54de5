use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "a", window = 100, max_failures = 5, threshold = 10)]
fn in_a_row() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "b", window = "10s", max_failures = 5, failure_rate = 0.5, min_calls = 20)]
fn share() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {}
