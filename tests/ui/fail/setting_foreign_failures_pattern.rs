use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", failures(Err(_)))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
