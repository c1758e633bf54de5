use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", critical = vital)]
fn pay(vital: bool) -> Result<bool, BreakerError> {
    Ok(vital)
}

fn main() {}
