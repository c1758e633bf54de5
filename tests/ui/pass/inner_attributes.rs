//! Inner attributes and inner documentation in a body.
#![deny(warnings)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "pass.inner")]
fn call(unused: u32) -> Result<u32, BreakerError> {
    #![allow(unused_variables)]
    #![allow(unreachable_code, unused_mut)]
    //! Inner documentation.
    let mut value = 1;
    return Ok(value);
    Ok(2)
}

#[circuit_breaker(name = "pass.inner_async", fallback = |_| Ok(0))]
async fn call_async(unused: u32, (left, right): (u32, u32)) -> Result<u32, BreakerError> {
    #![allow(unused_variables)]
    #![expect(unused_assignments)]
    let mut value = left;
    value = 2;
    Ok(value)
}

#[circuit_breaker(name = "pass.inner_only")]
fn call_only(_: u32) -> Result<u32, BreakerError> {
    #![allow(clippy::needless_return)]
    return Ok(1);
}

fn main() {
    assert_eq!(call(0), Ok(1));
    assert_eq!(call_only(0), Ok(1));
    drop(call_async(0, (1, 2)));
}
