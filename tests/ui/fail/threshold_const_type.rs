use breaker_runtime::{BreakerError, circuit_breaker};

const LIMIT: i64 = 5;

#[circuit_breaker(name = "payment", threshold = LIMIT)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
