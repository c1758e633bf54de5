use breaker_runtime::{BreakerError, circuit_breaker};

const HALF: f64 = 0.5;

#[circuit_breaker(name = "payment", backoff = HALF)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
