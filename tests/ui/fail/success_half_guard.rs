use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", success(Ok(()) if))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
