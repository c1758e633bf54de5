use breaker_runtime::{BreakerError, circuit_breaker};

const TWO: f64 = 2.0;

#[circuit_breaker(name = "payment", jitter = TWO)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
