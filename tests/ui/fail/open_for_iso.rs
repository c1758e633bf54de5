use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", open_for = "PT5S")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
