use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", cancel_after = off)]
async fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
