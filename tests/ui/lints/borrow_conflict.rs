use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.borrow_conflict")]
fn call(values: &mut Vec<u32>) -> Result<u32, BreakerError> {
    let first = &values[0];
    values.push(1);
    Ok(*first)
}

#[circuit_breaker(name = "lints.borrow_conflict_async")]
async fn call_async(values: &mut Vec<u32>) -> Result<u32, BreakerError> {
    let first = &values[0];
    values.push(1);
    Ok(*first)
}

fn main() {}
