use breaker_runtime::{BreakerError, circuit_breaker};

enum Retries {
    None,
    Left(u8),
}

impl Retries {
    #[circuit_breaker(name = "lints.words_missing_arm")]
    fn take(mut self) -> Result<u8, BreakerError> {
        match self {
            Self::Left(ref mut left) => {
                *left -= 1;
                Ok(*left)
            }
        }
    }
}

fn main() {}
