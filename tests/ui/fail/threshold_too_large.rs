use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", threshold = 99999999999)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
