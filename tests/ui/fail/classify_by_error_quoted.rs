use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", classify = "by_error")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
