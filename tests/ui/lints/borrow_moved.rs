use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.borrow_moved")]
fn call(text: String) -> Result<usize, BreakerError> {
    drop(text);
    Ok(text.len())
}

#[circuit_breaker(name = "lints.borrow_moved_async")]
async fn call_async(text: String) -> Result<usize, BreakerError> {
    drop(text);
    Ok(text.len())
}

fn main() {}
