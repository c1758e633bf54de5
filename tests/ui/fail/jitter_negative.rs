use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", jitter = -0.1)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
