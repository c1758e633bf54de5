use std::rc::Rc;

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.not_send")]
async fn call() -> Result<u32, BreakerError> {
    let shared = Rc::new(1);
    std::future::ready(()).await;
    Ok(*shared)
}

fn spawn(_: impl Future + Send) {}

fn main() {
    spawn(call());
}
