use breaker_runtime::{BreakerError, circuit_breaker};

async fn ping(host: &str) -> Result<(), BreakerError> {
    let _ = host;
    Ok(())
}

#[circuit_breaker(name = "payment", probe = ping)]
async fn pay(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

fn main() {}
