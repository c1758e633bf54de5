use breaker_runtime::{BreakerError, circuit_breaker};

fn pay_later(cents: u64) -> u64 {
    cents
}

#[circuit_breaker(name = "payment", fallback = pay_later)]
fn pay(cents: u64) -> Result<u64, BreakerError> {
    Ok(cents)
}

fn main() {}
