use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", window = 100, failure_rate = f64::NAN)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
