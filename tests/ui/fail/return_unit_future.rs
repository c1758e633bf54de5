use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
fn pay() -> impl Future<Output = ()> {
    async {}
}

fn main() {}
