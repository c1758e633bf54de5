use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.missing_tail")]
fn call(value: u32) -> Result<u32, BreakerError> {
    Ok(value);
}

#[circuit_breaker(name = "lints.missing_tail_async")]
async fn call_async(value: u32) -> Result<u32, BreakerError> {
    Ok(value);
}

fn main() {}
