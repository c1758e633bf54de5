use breaker_runtime::{Outcome, circuit_breaker};

struct Only<T: Copy>(T);

#[circuit_breaker(name = "lints.words_bound", classify = |_| Outcome::Success, fallback = |_| panic!())]
fn bound() -> Only<String> {
    panic!()
}

#[circuit_breaker(name = "lints.words_bound_async", classify = |_| Outcome::Success, fallback = |_| panic!())]
async fn bound_async() -> Only<String> {
    panic!()
}

#[circuit_breaker(name = "lints.words_unsized", classify = |_| Outcome::Success, fallback = |_| panic!())]
fn no_box() -> dyn std::fmt::Debug {
    panic!()
}

fn main() {}
