use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", key = host)]
fn pay(url: &str) -> Result<usize, BreakerError> {
    Ok(url.len())
}

fn main() {}
