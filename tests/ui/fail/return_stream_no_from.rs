use breaker_runtime::circuit_breaker;
use futures::stream::{self, BoxStream};

struct PayError;

#[circuit_breaker(name = "payment")]
fn pay() -> BoxStream<'static, Result<u32, PayError>> {
    Box::pin(stream::empty())
}

fn main() {}
