use breaker_runtime::{BreakerError, circuit_breaker};

const LAST: usize = 100;

#[circuit_breaker(name = "payment", window = LAST, failure_rate = 0.5)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
