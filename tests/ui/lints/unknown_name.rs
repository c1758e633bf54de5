use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unknown_name")]
fn call(value: u32) -> Result<u32, BreakerError> {
    Ok(valu + no_such_function())
}

#[circuit_breaker(name = "lints.unknown_method")]
async fn call_async(text: &str) -> Result<usize, BreakerError> {
    Ok(text.lenght())
}

fn main() {}
