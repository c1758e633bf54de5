use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", execution_timeout = "2s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
