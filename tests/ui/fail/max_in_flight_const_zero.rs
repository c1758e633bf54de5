use breaker_runtime::{BreakerError, circuit_breaker};

const NONE: u32 = 0;

#[circuit_breaker(name = "payment", max_in_flight = NONE)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
