use breaker_runtime::{BreakerError, circuit_breaker};

pub struct Prices;

impl Prices {
    #[circuit_breaker(name = "prices", fallback = stale)]
    pub fn price(&self) -> Result<u32, BreakerError> {
        Ok(5)
    }

    fn stale(&self) -> Result<u32, BreakerError> {
        Ok(4)
    }
}

fn main() {}
