use breaker_runtime::{BreakerError, circuit_breaker};

struct Bank;

impl Bank {
    const NAME: &str = "bank";

    #[circuit_breaker(name = Self::NAME)]
    fn pay() -> Result<(), BreakerError> {
        Ok(())
    }
}

fn main() {}
