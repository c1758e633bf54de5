use breaker_runtime::{BreakerError, circuit_breaker};

struct Order;

fn pay_later(_: Order) -> Result<(), BreakerError> {
    Ok(())
}

#[circuit_breaker(name = "payment", fallback = pay_later, fallback_on = any)]
fn pay(order: Order) -> Result<(), BreakerError> {
    let Order = order;
    Ok(())
}

fn main() {}
