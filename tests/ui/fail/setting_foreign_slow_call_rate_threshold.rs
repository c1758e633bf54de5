use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", window = 100, slow_call = "2s", slow_call_rate_threshold = 50)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
