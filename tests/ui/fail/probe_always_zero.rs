use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", probe = ping, probe_always = "0s")]
fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
