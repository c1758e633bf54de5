use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", timeout = "2s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
