#![forbid(unsafe_code)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unsafe_code")]
fn call(value: u32) -> Result<u32, BreakerError> {
    Ok(unsafe { *&raw const value })
}

fn main() {
    drop(call(1));
}
