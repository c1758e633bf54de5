use breaker_runtime::{BreakerError, circuit_breaker};

pub enum PayError {
    Declined,
    Breaker(BreakerError),
}

impl From<BreakerError> for PayError {
    fn from(error: BreakerError) -> Self {
        Self::Breaker(error)
    }
}

#[circuit_breaker(name = "payment", trip(PayError::Declined))]
fn pay() -> Result<(), PayError> {
    Ok(())
}

fn main() {}
