use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
trait Pay {}

fn main() {}
