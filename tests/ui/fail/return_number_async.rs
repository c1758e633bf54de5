use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
async fn pay() -> u32 {
    5
}

fn main() {}
