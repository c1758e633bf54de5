use breaker_runtime::{BreakerError, circuit_breaker};

struct Request {
    host: Option<String>,
}

#[circuit_breaker(name = "payment", key = request.host.as_deref())]
async fn pay(request: Request) -> Result<Option<String>, BreakerError> {
    Ok(request.host)
}

fn main() {}
