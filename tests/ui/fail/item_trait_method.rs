use breaker_runtime::{BreakerError, circuit_breaker};

trait Pay {
    #[circuit_breaker(name = "payment")]
    fn pay(&self) -> Result<(), BreakerError>;
}

fn main() {}
