use breaker_runtime::{BreakerError, circuit_breaker};

const WINDOW: u32 = 50;

#[circuit_breaker(name = "payment", window = WINDOW, failure_rate = 0.5, min_calls = 80)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
