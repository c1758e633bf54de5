use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.break_outside")]
fn call() -> Result<u32, BreakerError> {
    break;
}

fn main() {}
