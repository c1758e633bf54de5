use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.words_refutable_argument")]
fn call(Some(value): Option<u32>) -> Result<u32, BreakerError> {
    Ok(value)
}

fn main() {}
