#![deny(unreachable_code)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unreachable_code")]
fn call() -> Result<u32, BreakerError> {
    return Ok(1);
    println!("never");
    Ok(2)
}

#[circuit_breaker(name = "lints.unreachable_code_async")]
async fn call_async() -> Result<u32, BreakerError> {
    panic!("always");
    Ok(2)
}

fn main() {
    drop((call(), call_async()));
}
