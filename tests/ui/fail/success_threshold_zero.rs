use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", success_threshold = 0)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
