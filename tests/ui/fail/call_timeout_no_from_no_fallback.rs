use breaker_runtime::circuit_breaker;

pub struct PayError;

#[circuit_breaker(name = "payment", call_timeout = "2s")]
async fn pay() -> Result<(), PayError> {
    Ok(())
}

fn main() {}
