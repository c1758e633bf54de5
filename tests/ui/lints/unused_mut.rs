#![deny(unused_mut)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unused_mut")]
fn call(mut value: u32, (mut left, _): (u32, u32)) -> Result<u32, BreakerError> {
    let mut in_the_body = 1;
    Ok(value + left + in_the_body)
}

#[circuit_breaker(name = "lints.unused_mut_async")]
async fn call_async(mut value: u32) -> Result<u32, BreakerError> {
    Ok(value)
}

fn main() {
    drop((call(1, (2, 3)), call_async(1)));
}
