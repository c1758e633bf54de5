use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
async fn pay() {}

fn main() {}
