use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment", failure(None))]
fn pay() -> Option<u32> {
    None
}

fn main() {}
