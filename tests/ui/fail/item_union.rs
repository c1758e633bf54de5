use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
union Pay {
    a: u8,
}

fn main() {}
