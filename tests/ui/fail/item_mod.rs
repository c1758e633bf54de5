use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
mod pay {}

fn main() {}
