use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
struct Pay;

fn main() {}
