use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", trip = true)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
