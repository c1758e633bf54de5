use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.words_missing_question_mark")]
fn call(value: Result<u8, BreakerError>) -> Result<u8, BreakerError> {
    let number: u8 = value;
    Ok(number)
}

#[circuit_breaker(name = "lints.words_missing_question_mark_async")]
async fn call_async(value: Result<u8, BreakerError>) -> Result<u8, BreakerError> {
    let number: u8 = value;
    Ok(number)
}

fn main() {}
