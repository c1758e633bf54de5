use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", backoff = f64::NAN)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
