use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", cancel_after = false)]
async fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
