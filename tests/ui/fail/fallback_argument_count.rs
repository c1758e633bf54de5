use breaker_runtime::{BreakerError, circuit_breaker};

fn pay_later() -> Result<u64, BreakerError> {
    Ok(0)
}

#[circuit_breaker(name = "payment", fallback = pay_later)]
fn pay(cents: u64) -> Result<u64, BreakerError> {
    Ok(cents)
}

fn main() {}
