use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment", classify = by_error, fallback = |_| None)]
fn pay() -> Option<u32> {
    Some(7)
}

fn main() {}
