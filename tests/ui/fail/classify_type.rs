use breaker_runtime::{BreakerError, Outcome, circuit_breaker};

fn judge(_: &Option<u8>) -> Outcome {
    Outcome::Success
}

#[circuit_breaker(name = "payment", classify = judge)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
