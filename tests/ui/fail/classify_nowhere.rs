use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", classify = nowhere)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
