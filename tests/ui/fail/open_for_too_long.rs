use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", open_for = "99999999999999999999h")]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
