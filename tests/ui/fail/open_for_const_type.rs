use breaker_runtime::{BreakerError, circuit_breaker};

const SECONDS: u64 = 30;

#[circuit_breaker(name = "payment", open_for = SECONDS)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
