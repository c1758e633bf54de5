use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", max = 5)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
