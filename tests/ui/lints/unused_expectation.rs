#![deny(unfulfilled_lint_expectations)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unused_expectation")]
#[expect(unused_variables)]
fn call(used: u32) -> Result<u32, BreakerError> {
    Ok(used)
}

fn main() {
    drop(call(1));
}
