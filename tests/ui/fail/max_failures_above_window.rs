use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", window = 100, max_failures = 101)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
