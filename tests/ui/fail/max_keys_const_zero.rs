use breaker_runtime::{BreakerError, circuit_breaker};

const MOST: usize = 0;

#[circuit_breaker(name = "payment", key = host, max_keys = MOST)]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
