use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.question_mark_target")]
fn call(text: &str) -> Result<u32, BreakerError> {
    Ok(text.parse::<u32>()?)
}

#[circuit_breaker(name = "lints.question_mark_target_async")]
async fn call_async(text: &str) -> Result<u32, BreakerError> {
    Ok(text.parse::<u32>()?)
}

fn main() {}
