use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment", call_timeout = "2s", fallback = pay_later)]
async fn pay() -> u32 {
    5
}

async fn pay_later() -> u32 {
    0
}

fn main() {}
