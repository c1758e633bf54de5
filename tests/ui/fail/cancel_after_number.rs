use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", cancel_after = 1.5)]
async fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
