use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.wrong_caller")]
fn call(value: u32, text: &str) -> Result<usize, BreakerError> {
    Ok(value as usize + text.len())
}

fn main() {
    drop(call("text"));
    drop(call(1, 2));
}
