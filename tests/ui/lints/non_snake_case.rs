#![deny(non_snake_case)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.non_snake_case")]
fn Call(Value: u32) -> Result<u32, BreakerError> {
    let Doubled = Value * 2;
    Ok(Doubled)
}

fn main() {
    drop(Call(1));
}
