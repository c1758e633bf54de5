use breaker_runtime::{BreakerError, circuit_breaker};

#[derive(Debug)]
struct PayError;

impl From<BreakerError> for PayError {
    fn from(_: BreakerError) -> Self {
        Self
    }
}

#[circuit_breaker(name = "payment", classify = by_error)]
fn pay() -> Result<(), PayError> {
    Ok(())
}

fn main() {}
