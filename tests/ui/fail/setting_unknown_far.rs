use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", colour = 5)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
