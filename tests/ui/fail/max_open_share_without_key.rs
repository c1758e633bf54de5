use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", max_open_share = 0.5)]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
