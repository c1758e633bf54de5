use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "a", slow_call = "2s", call_timeout = "500ms")]
async fn call() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "b", call_timeout = "2s", slow_call = "2s")]
async fn at_the_limit() -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {}
