use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", threshold(7))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
