use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
const PAY: u8 = 0;

fn main() {}
