use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", reset_timeout = "30s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
