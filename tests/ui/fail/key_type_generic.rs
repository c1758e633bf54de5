use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", key = to)]
fn pay<T: Clone>(to: T) -> Result<T, BreakerError> {
    Ok(to.clone())
}

fn main() {}
