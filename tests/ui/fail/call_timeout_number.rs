use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", call_timeout = 2)]
async fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
