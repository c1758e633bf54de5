use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", max_failures = 10)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
