use breaker_runtime::{BreakerError, circuit_breaker};

mod names {
    pub const PAYMENTS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0";
}

#[circuit_breaker(name = names::PAYMENTS)]
fn pay() -> Result<(), BreakerError> {
    Ok(())
}

fn main() {}
