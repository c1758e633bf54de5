#![deny(unused_variables)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.unused_variables")]
fn call(unused: u32, (used, also_unused): (u32, u32)) -> Result<u32, BreakerError> {
    let in_the_body = 1;
    Ok(used)
}

#[circuit_breaker(name = "lints.unused_variables_async")]
async fn call_async(unused: &str) -> Result<u32, BreakerError> {
    Ok(1)
}

fn main() {
    drop((call(1, (2, 3)), call_async("")));
}
