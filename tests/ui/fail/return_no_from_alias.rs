use breaker_runtime::circuit_breaker;

pub struct PayError;

type Paid = Result<(), PayError>;

#[circuit_breaker(name = "payment")]
fn pay() -> Paid {
    Ok(())
}

fn main() {}
