use std::rc::Rc;

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.not_send_argument")]
async fn call(shared: Rc<u32>) -> Result<u32, BreakerError> {
    std::future::ready(()).await;
    Ok(*shared)
}

fn spawn(_: impl Future + Send) {}

fn main() {
    spawn(call(Rc::new(1)));
}
