use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.borrow_lifetime")]
fn call<'a>(left: &'a str, right: &str) -> Result<&'a str, BreakerError> {
    if left.is_empty() {
        return Ok(right);
    }
    Ok(left)
}

#[circuit_breaker(name = "lints.borrow_lifetime_async")]
async fn call_async<'a>(left: &'a str, right: &str) -> Result<&'a str, BreakerError> {
    Ok(if left.is_empty() { right } else { left })
}

fn main() {}
