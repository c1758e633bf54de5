//! Raw identifiers, keywords of later editions, and letters beyond ASCII as names.
#![deny(warnings)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "pass.raw", fallback = r#else)]
fn r#fn(r#type: u32, (r#match, r#in): (u32, u32)) -> Result<u32, BreakerError> {
    Ok(r#type + r#match + r#in)
}

fn r#else(r#type: u32, _: (u32, u32)) -> Result<u32, BreakerError> {
    Ok(r#type)
}

#[circuit_breaker(name = "pass.raw_async", fallback = |r#try| { let _ = &r#try; Ok(r#gen) })]
async fn r#await(r#gen: u32, union: u32, größe: u32) -> Result<u32, BreakerError> {
    Ok(r#gen + union + größe)
}

#[circuit_breaker(name = "pass.raw_lifetime")]
fn lifetimes<'größe>(text: &'größe str, _: &str) -> Result<&'größe str, BreakerError> {
    Ok(text)
}

fn main() {
    assert_eq!(r#fn(1, (2, 3)), Ok(6));
    assert_eq!(lifetimes("a", "b"), Ok("a"));
    drop(r#await(1, 2, 3));
}
