use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", jitter = 2.0)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
