use breaker_runtime::{BreakerError, circuit_breaker};

const NEVER: f64 = 0.0;

#[circuit_breaker(name = "payment", window = 100, failure_rate = NEVER)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
