use breaker_runtime::{BreakerError, circuit_breaker};
use futures::Stream;

#[circuit_breaker(name = "payment")]
async fn pay() -> impl Stream<Item = Result<u32, BreakerError>> {
    futures::stream::empty()
}

fn main() {}
