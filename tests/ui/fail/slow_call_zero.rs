use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", slow_call = "0s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
