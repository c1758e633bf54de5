use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", probe_timeout = 30)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
