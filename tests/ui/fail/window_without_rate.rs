use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", window = "60s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
