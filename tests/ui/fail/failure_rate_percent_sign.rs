use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", window = 100, failure_rate = 50%)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
