use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", window = 100, failure_rate = 0.5, min_calls = 0)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
