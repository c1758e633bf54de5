use breaker_runtime::{BreakerError, circuit_breaker};

const MEASURED: u8 = 1;

#[circuit_breaker(name = "payment", latency = MEASURED)]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
