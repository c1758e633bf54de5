use std::pin::Pin;

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "payment", fallback = |error| if *sum > 0 { Err(error) } else { Ok(0) })]
fn pay(sum: &mut u64) -> Pin<Box<dyn Future<Output = Result<u64, BreakerError>> + '_>> {
    *sum += 1;
    Box::pin(async move { Ok(*sum) })
}

fn main() {}
