use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.words_borrowed_for_return")]
fn call(list: &mut Vec<u8>) -> Result<&mut u8, BreakerError> {
    if let Some(first) = list.first_mut() {
        return Ok(first);
    }
    list.push(1);
    Ok(&mut list[0])
}

fn main() {}
