use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", classify = |_| breaker_runtime::Outcome::Success, failure(Err(_)))]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
