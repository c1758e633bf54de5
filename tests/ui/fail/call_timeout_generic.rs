use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", call_timeout = std::time::Duration::from_secs(N))]
async fn pay<const N: u64>() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
