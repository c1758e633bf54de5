use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment", ignore(None), fallback = pay_later)]
fn pay() -> Option<u32> {
    None
}

fn pay_later() -> Option<u32> {
    None
}

fn main() {}
