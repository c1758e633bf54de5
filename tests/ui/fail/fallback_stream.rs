use breaker_runtime::{BreakerError, circuit_breaker};
use futures::stream::{self, BoxStream};

#[circuit_breaker(name = "payment", fallback = later)]
fn pay() -> BoxStream<'static, Result<u32, BreakerError>> {
    Box::pin(stream::empty())
}

fn later() -> BoxStream<'static, Result<u32, BreakerError>> {
    Box::pin(stream::empty())
}

fn main() {}
