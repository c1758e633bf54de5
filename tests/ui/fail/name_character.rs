use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "pay ment")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
