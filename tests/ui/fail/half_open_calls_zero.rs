use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", half_open_calls = 0)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
