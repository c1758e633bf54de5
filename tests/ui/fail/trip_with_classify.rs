use breaker_runtime::{BreakerError, Outcome, circuit_breaker};

#[circuit_breaker(name = "payment", classify = |_| Outcome::Trip, trip(Err(_)))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
