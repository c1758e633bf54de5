use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", ignore(Err(_), Ok(())))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
