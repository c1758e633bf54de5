use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", threshold = N)]
fn pay<const N: u32>() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
