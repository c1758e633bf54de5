use breaker_runtime::{Outcome, circuit_breaker};

#[circuit_breaker(name = "lints.words_no_arrow", classify = |()| Outcome::Success, fallback = |_| ())]
fn next(number: u8) {
    number + 1
}

#[circuit_breaker(name = "lints.words_no_arrow_async", classify = |()| Outcome::Success, fallback = |_| ())]
async fn next_async(number: u8) {
    number + 1
}

fn main() {}
