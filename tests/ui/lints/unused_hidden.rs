#![deny(unused_mut, unused_variables)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unused_mut_hidden", fallback = |error| {
    let mut all = vec![];
    all.push(error);
    Ok(all.len())
})]
fn call(mut count: usize) -> Result<usize, BreakerError> {
    Ok(count + 1)
}

#[circuit_breaker(name = "lints.unused_hidden", fallback = |error| Ok(format!("{error}").len()))]
fn call_format(e: usize) -> Result<usize, BreakerError> {
    Ok(1)
}

fn main() {
    drop((call(1), call_format(1)));
}
