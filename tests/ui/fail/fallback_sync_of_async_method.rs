use breaker_runtime::{BreakerError, circuit_breaker};

pub struct Prices;

impl Prices {
    #[circuit_breaker(name = "prices", fallback = Self::stale, fallback_on = any)]
    pub async fn price(&self, id: u32) -> Result<u32, BreakerError> {
        Ok(id)
    }

    fn stale(&self, id: u32) -> Result<u32, BreakerError> {
        Ok(id)
    }
}

fn main() {}
