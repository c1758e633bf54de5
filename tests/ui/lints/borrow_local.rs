use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.borrow_local")]
fn call(text: &str) -> Result<&str, BreakerError> {
    let local = text.to_owned();
    Ok(&local)
}

#[circuit_breaker(name = "lints.borrow_argument")]
fn call_argument<'a>(text: String, _: &'a str) -> Result<&'a str, BreakerError> {
    Ok(&text)
}

fn main() {}
