use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", cancelled_in_a_row = "1s")]
async fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
