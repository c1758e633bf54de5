#![deny(unused_parens)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unused_parens")]
fn call(value: u32) -> Result<u32, BreakerError> {
    if (value == 1) {
        return Ok(2);
    }
    Ok(value)
}

#[circuit_breaker(name = "lints.unused_parens_async")]
async fn call_async(value: u32) -> Result<u32, BreakerError> {
    let doubled = (value * 2);
    Ok(doubled)
}

fn main() {
    drop((call(1), call_async(1)));
}
