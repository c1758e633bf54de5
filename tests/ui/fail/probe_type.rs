use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", probe = ping)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn ping(_host: &str) -> bool {
    true
}

fn main() {}
