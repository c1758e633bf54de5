use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", fallback = pay)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
