use breaker_runtime::{BreakerError, circuit_breaker};

struct Request {
    host: String,
}

#[circuit_breaker(name = "payment", key = request)]
fn pay(request: &Request) -> Result<usize, BreakerError> {
    Ok(request.host.len())
}

fn main() {}
