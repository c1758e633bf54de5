use breaker_runtime::{BreakerError, circuit_breaker};

fn pay_later() -> Result<(), BreakerError> {
    Ok(())
}

#[circuit_breaker(name = "payment", fallback = pay_later, fallback_on = always)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
