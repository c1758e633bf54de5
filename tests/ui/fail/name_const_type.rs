use breaker_runtime::{BreakerError, circuit_breaker};

const PAYMENTS: u32 = 5;

#[circuit_breaker(name = PAYMENTS)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
