use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", threshold = limit)]
fn pay(limit: u32) -> Result<(), BreakerError> {
    let _ = limit;
    Ok(())
}

fn main() {}
