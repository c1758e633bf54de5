use breaker_runtime::{BreakerError, circuit_breaker};

struct Till;

impl Till {
    const LIMIT: u32 = 5;

    #[circuit_breaker(name = "payment", threshold = Self::LIMIT)]
    fn pay(&self) -> Result<(), BreakerError> {
        Ok(())
    }
}

fn main() {}
