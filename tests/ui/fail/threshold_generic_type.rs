use breaker_runtime::{BreakerError, circuit_breaker};

trait Limit {
    const LIMIT: u32;
}

#[circuit_breaker(name = "payment", threshold = T::LIMIT)]
fn pay<T: Limit>() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
