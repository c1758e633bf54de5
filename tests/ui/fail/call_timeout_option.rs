use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment", call_timeout = "2s", failure(None), fallback = pay_later)]
async fn pay() -> Option<u32> {
    None
}

async fn pay_later() -> Option<u32> {
    None
}

fn main() {}
