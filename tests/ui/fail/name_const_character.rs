use breaker_runtime::{BreakerError, circuit_breaker};

const PAYMENTS: &str = "pay ments";

#[circuit_breaker(name = PAYMENTS)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
