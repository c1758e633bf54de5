#![deny(unused_assignments)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unused_assignments")]
fn call(mut value: u32) -> Result<u32, BreakerError> {
    value = 2;
    Ok(value)
}

#[circuit_breaker(name = "lints.unused_assignments_async")]
async fn call_async() -> Result<u32, BreakerError> {
    let mut value = 1;
    value = 2;
    Ok(value)
}

fn main() {
    drop((call(1), call_async()));
}
