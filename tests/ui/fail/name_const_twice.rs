use breaker_runtime::{BreakerError, circuit_breaker};

const PAYMENTS: &str = "payments";

#[circuit_breaker(name = PAYMENTS, threshold = 3)]
#[circuit_breaker(name = PAYMENTS)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
