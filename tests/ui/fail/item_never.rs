use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
fn pay() -> ! {
    loop {}
}

fn main() {}
