use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
pub enum Pay {}

fn main() {}
