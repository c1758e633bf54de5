use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.missing_bound")]
fn call<T>(value: T) -> Result<String, BreakerError> {
    Ok(value.to_string())
}

fn main() {}
