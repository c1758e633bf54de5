use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", fallback_on = any)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
