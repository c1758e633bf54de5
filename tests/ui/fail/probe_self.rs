use breaker_runtime::{BreakerError, circuit_breaker};

struct Bank;

impl Bank {
    fn ping() -> Result<(), BreakerError> {
        Ok(())
    }

    #[circuit_breaker(name = "payment", probe = Self::ping)]
    fn pay(&self, host: &str) -> Result<usize, BreakerError> {
        Ok(host.len())
    }
}

fn main() {
    let _ = Bank.pay("bank");
}
