use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", crate = "breaker_runtime")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
