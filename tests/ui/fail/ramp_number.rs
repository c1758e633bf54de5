use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", ramp = 30)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
