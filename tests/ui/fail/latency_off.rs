use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", latency = "off")]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
