use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", key = host, idle_timeout = "5m")]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
