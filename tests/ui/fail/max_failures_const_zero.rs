use breaker_runtime::{BreakerError, circuit_breaker};

const MOST: u32 = 0;

#[circuit_breaker(name = "payment", window = 100, max_failures = MOST)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
