use breaker_runtime::{Outcome, circuit_breaker};

#[circuit_breaker(name = "lints.words_question_mark", classify = |_| Outcome::Success, fallback = |_| 0)]
fn call(text: &str) -> u32 {
    text.parse::<u32>()?
}

#[circuit_breaker(name = "lints.words_question_mark_async", classify = |_| Outcome::Success, fallback = |_| 0)]
async fn call_async(text: &str) -> u32 {
    text.parse::<u32>()?
}

fn main() {}
