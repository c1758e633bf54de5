use breaker_runtime::{BreakerError, circuit_breaker};

#[derive(Debug)]
struct NotShown;

impl From<BreakerError> for NotShown {
    fn from(_: BreakerError) -> Self {
        NotShown
    }
}

#[circuit_breaker(name = "payment", cause = |_| ())]
fn pay() -> Result<(), NotShown> {
    Ok(())
}

fn main() {}
