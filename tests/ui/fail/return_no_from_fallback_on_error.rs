use breaker_runtime::circuit_breaker;

pub struct PayError;

#[circuit_breaker(name = "payment", fallback = pay_later, fallback_on = error)]
fn pay() -> Result<(), PayError> {
    Ok(())
}

fn pay_later() -> Result<(), PayError> {
    Ok(())
}

fn main() {}
