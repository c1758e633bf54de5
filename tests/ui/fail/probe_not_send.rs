use std::rc::Rc;

use breaker_runtime::{BreakerError, circuit_breaker};

async fn ping() -> Result<(), BreakerError> {
    let shared = Rc::new(1);
    std::future::ready(()).await;
    drop(shared);
    Ok(())
}

#[circuit_breaker(name = "payment", probe = ping)]
async fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
