use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.borrow_immutable")]
fn call(count: u32, values: &Vec<u32>) -> Result<u32, BreakerError> {
    count += 1;
    values.push(count);
    Ok(count)
}

fn main() {}
