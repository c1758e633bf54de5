use breaker_runtime::circuit_breaker;

pub struct PayError;

#[circuit_breaker(name = "payment")]
fn pay() -> Result<(), PayError> {
    Ok(())
}

fn main() {}
