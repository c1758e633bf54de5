#![deny(unused_must_use)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unused_must_use")]
fn call() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "lints.unused_must_use_async")]
async fn call_async() -> Result<u32, BreakerError> {
    call();
    Ok(1)
}

fn main() {
    call();
    call_async();
}
