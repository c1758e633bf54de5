use breaker_runtime::{BreakerError, circuit_breaker};

const MOST: u32 = 51;

#[circuit_breaker(name = "payment", window = 50, max_failures = MOST)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
