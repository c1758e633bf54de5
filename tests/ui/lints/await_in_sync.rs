use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.await_in_sync")]
fn call() -> Result<u32, BreakerError> {
    std::future::ready(()).await;
    Ok(1)
}

fn main() {}
