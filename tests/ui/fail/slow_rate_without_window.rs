use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", slow_call = "2s", slow_rate = 0.5)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
