use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", key = { let key = host; key })]
fn pay(host: String) -> Result<String, BreakerError> {
    Ok(host)
}

fn main() {}
