use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = b"p")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
