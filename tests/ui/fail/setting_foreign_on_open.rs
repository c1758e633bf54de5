use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", on_open = alert)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
