use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", sliding_window_size = 50, failure_rate = 0.5)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
