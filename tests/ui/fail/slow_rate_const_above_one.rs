use breaker_runtime::{BreakerError, circuit_breaker};

const HALF: f64 = 50.0;

#[circuit_breaker(name = "payment", window = 100, slow_call = "2s", slow_rate = HALF)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
