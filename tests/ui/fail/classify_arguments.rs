use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", classify = |a, b| a)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
