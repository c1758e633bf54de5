#![deny(deprecated)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.deprecated")]
#[deprecated(note = "call the other one")]
fn call() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "lints.deprecated_caller")]
fn caller() -> Result<u32, BreakerError> {
    call()
}

fn main() {
    drop((call(), caller()));
}
