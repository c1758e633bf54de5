use breaker_runtime::{BreakerError, circuit_breaker};

struct Till;

impl Till {
    #[circuit_breaker(name = "payment", fallback = self.later)]
    fn pay(&self) -> Result<(), BreakerError> {
        Ok(())
    }

    fn later(&self) -> Result<(), BreakerError> {
        Ok(())
    }
}

fn main() {}
