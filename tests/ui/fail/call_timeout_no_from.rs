use breaker_runtime::circuit_breaker;

pub struct PayError;

#[circuit_breaker(name = "payment", call_timeout = "2s", fallback = pay_later)]
async fn pay() -> Result<(), PayError> {
    Ok(())
}

async fn pay_later() -> Result<(), PayError> {
    Ok(())
}

fn main() {}
