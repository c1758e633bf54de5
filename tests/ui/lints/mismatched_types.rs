use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.mismatched_types")]
fn call(value: u32) -> Result<u32, BreakerError> {
    let text: &str = value;
    Ok(text.len() as u32)
}

#[circuit_breaker(name = "lints.mismatched_types_async")]
async fn call_async(value: u32) -> Result<u32, BreakerError> {
    let text: &str = value;
    Ok(text.len() as u32)
}

fn main() {}
