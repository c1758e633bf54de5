use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", trip = Err(_))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
