use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", window = 100, error_threshold_percentage = 50)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
