use breaker_runtime::{BreakerError, circuit_breaker};

struct Payment;

impl Payment {
    const VITAL: bool = true;

    #[circuit_breaker(name = "payment", critical = Self::VITAL)]
    fn pay(&self) -> Result<bool, BreakerError> {
        Ok(Self::VITAL)
    }
}

fn main() {
    let _ = Payment.pay();
}
