use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", volume_threshold = 50)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
