use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.words_wrong_return")]
fn call(text: &str) -> Result<usize, BreakerError> {
    if text.is_empty() {
        return Ok(0);
    }
    if text.len() > 9 {
        return 9;
    }
    text.len()
}

#[circuit_breaker(name = "lints.words_wrong_return_opaque", failure(_), fallback = |_| (0, [].iter()))]
fn call_opaque(text: &str) -> (usize, impl Iterator<Item = &'static u32>) {
    if text.is_empty() {
        return 0;
    }
    (text.len(), [].iter())
}

fn main() {}
