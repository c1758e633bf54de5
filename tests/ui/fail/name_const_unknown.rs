use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = PAYMENTS)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
