use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", fallback_method = pay_later)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
