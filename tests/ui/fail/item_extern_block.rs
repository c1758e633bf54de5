use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
unsafe extern "C" {}

fn main() {}
