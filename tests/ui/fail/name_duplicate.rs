use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", name = "orders")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
