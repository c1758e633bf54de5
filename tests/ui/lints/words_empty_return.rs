use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.words_empty_return")]
fn call(text: &str) -> Result<usize, BreakerError> {
    if text.is_empty() {
        return;
    }
    Ok(text.len())
}

#[circuit_breaker(name = "lints.words_empty_return_async")]
async fn call_async(text: &str) -> Result<usize, BreakerError> {
    if text.is_empty() {
        return;
    }
    Ok(text.len())
}

fn main() {}
