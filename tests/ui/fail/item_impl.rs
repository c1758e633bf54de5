use breaker_runtime::circuit_breaker;

struct Till;

#[circuit_breaker(name = "payment")]
impl Till {}

fn main() {}
