use breaker_runtime::circuit_breaker;
use futures::Stream;

#[circuit_breaker(name = "payment")]
fn pay() -> impl Stream<Item = u32> {
    futures::stream::empty()
}

fn main() {}
