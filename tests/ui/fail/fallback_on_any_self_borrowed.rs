use breaker_runtime::{BreakerError, circuit_breaker};

struct Till(u64);

impl Till {
    #[circuit_breaker(name = "payment", fallback = Self::later, fallback_on = any)]
    fn pay(&mut self) -> Result<&u64, BreakerError> {
        Ok(&self.0)
    }

    fn later(&mut self) -> Result<&u64, BreakerError> {
        Ok(&self.0)
    }
}

fn main() {}
