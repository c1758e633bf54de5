use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.mismatched_tail")]
fn call(value: u32) -> Result<String, BreakerError> {
    Ok(value)
}

#[circuit_breaker(name = "lints.mismatched_return")]
fn call_return(value: u32) -> Result<String, BreakerError> {
    return Ok(value);
}

fn main() {}
