use breaker_runtime::{BreakerError, circuit_breaker};

struct Till;

impl Till {
    const LAST: u32 = 100;

    #[circuit_breaker(name = "payment", window = Self::LAST, failure_rate = 0.5)]
    fn pay(&self) -> Result<(), BreakerError> {
        Ok(())
    }
}

fn main() {}
