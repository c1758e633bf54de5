use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", openFor = "5s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
