use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", max_in_flight = 0)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
