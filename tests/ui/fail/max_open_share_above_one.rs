use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", key = host, max_open_share = 1.5)]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
