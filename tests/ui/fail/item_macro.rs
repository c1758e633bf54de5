use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
macro_rules! pay {
    () => {};
}

fn main() {}
