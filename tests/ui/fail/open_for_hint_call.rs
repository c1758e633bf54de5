use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", open_for_hint = retry_after())]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
