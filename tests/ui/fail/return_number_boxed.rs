use std::future::Future;
use std::pin::Pin;

use breaker_runtime::circuit_breaker;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[circuit_breaker(name = "payment")]
fn pay(cents: u64) -> BoxFuture<'static, u64> {
    Box::pin(async move { cents })
}

fn main() {}
