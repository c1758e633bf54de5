use breaker_runtime::{BreakerError, circuit_breaker};

const ROW: u32 = 0;

#[circuit_breaker(name = "payment", cancelled_in_a_row = ROW)]
async fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
