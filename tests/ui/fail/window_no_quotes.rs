use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", window = 60s, failure_rate = 0.5)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
