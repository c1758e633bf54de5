use breaker_runtime::{BreakerError, circuit_breaker};

const FEW: u32 = 0;

#[circuit_breaker(name = "payment", window = 100, failure_rate = 0.5, min_calls = FEW)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
