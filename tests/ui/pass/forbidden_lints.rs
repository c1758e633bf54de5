//! Forbidden lints. An expansion cannot allow them again, so it contains no `allow` for these lints.
#![forbid(
    unsafe_code,
    unused_must_use,
    dead_code,
    unused_braces,
    unused_parens,
    missing_docs,
    non_snake_case
)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "pass.forbid", fallback = later)]
fn call((left, mut right): (u32, u32), _unused: u8) -> Result<u32, BreakerError> {
    right += left;
    Ok(right)
}

fn later(pair: (u32, u32), _: u8) -> Result<u32, BreakerError> {
    Ok(pair.0)
}

#[circuit_breaker(name = "pass.forbid_async")]
async fn call_async(text: &str) -> Result<usize, BreakerError> {
    std::future::ready(()).await;
    Ok(text.len())
}

#[circuit_breaker(name = "pass.forbid_diverges")]
fn diverges(code: i32) -> Result<u32, BreakerError> {
    std::process::exit(code)
}

fn main() {
    assert_eq!(call((1, 2), 0), Ok(3));
    drop(call_async("text"));
    if call((0, 0), 0).is_err() {
        drop(diverges(1));
    }
}
