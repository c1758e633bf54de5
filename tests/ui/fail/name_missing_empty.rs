use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker()]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
