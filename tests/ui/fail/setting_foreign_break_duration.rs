use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", break_duration = "30s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
