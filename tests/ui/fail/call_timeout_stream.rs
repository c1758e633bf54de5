use breaker_runtime::{BreakerError, circuit_breaker};
use futures::Stream;

#[circuit_breaker(name = "payment", call_timeout = "1s")]
fn pay() -> impl Stream<Item = Result<u32, BreakerError>> {
    futures::stream::empty()
}

fn main() {}
