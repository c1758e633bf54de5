use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment", failure(None), cause, fallback = |_| None)]
fn pay() -> Option<u8> {
    Some(1)
}

fn main() {}
