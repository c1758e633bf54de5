use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", slow_call_duration_threshold = "2s")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
