use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(
    name = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefg"
)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
