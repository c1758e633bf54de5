use breaker_runtime::{BreakerError, circuit_breaker};

unsafe fn dangerous() -> u32 {
    1
}

#[circuit_breaker(name = "lints.unsafe_call")]
fn call() -> Result<u32, BreakerError> {
    Ok(dangerous())
}

#[circuit_breaker(name = "lints.unsafe_fn")]
unsafe fn call_unsafe() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {
    drop(call_unsafe());
}
