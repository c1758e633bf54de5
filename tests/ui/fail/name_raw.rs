use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(r#name = "payment")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
