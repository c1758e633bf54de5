use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", partition_key = host)]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
