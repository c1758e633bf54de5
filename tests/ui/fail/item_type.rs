use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
type Pay = u8;

fn main() {}
