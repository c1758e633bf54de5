use breaker_runtime::{BreakerError, circuit_breaker};

async fn ask() -> Result<u8, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "lints.words_forgotten_await")]
async fn forgotten_await() -> Result<u8, BreakerError> {
    ask()
}

#[circuit_breaker(name = "lints.words_forgotten_ok")]
async fn forgotten_ok() -> Result<u8, BreakerError> {
    let number = ask().await?;
    if number > 7 {
        return number;
    }
    number
}

fn main() {}
