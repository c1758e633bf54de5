use breaker_runtime::{BreakerError, circuit_breaker};

fn pay_later(sum: &mut u64) -> Result<&u64, BreakerError> {
    Ok(sum)
}

#[circuit_breaker(name = "payment", fallback = pay_later, fallback_on = any)]
fn pay(sum: &mut u64) -> Result<&u64, BreakerError> {
    *sum += 1;
    Ok(sum)
}

fn main() {}
