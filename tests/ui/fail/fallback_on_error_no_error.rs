use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment", failure(None), fallback = pay_later, fallback_on = any)]
fn pay() -> Option<u32> {
    None
}

fn pay_later() -> Option<u32> {
    None
}

fn main() {}
