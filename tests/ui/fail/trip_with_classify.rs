use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", classify = |_| breaker_runtime::Outcome::Trip, trip(Err(_)))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
