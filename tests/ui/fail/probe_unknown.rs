use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", probe = ping)]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
