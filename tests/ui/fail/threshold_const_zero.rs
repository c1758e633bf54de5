use breaker_runtime::{BreakerError, circuit_breaker};

const LIMIT: u32 = 5;

#[circuit_breaker(name = "payment", threshold = LIMIT - 5)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
