use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment")]
fn pay() -> impl Future<Output = Result<(), BreakerError>> + Unpin {
    std::future::ready(Ok(()))
}

fn main() {}
