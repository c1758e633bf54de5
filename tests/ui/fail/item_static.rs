use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
static PAY: u8 = 0;

fn main() {}
