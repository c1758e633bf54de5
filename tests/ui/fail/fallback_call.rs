use breaker_runtime::{BreakerError, circuit_breaker};

fn pay_later() -> Result<(), BreakerError> {
    Ok(())
}

#[circuit_breaker(name = "payment", fallback = pay_later())]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
