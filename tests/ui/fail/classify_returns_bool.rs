use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", classify = |result| result.is_ok())]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
