use breaker_runtime::{BreakerError, circuit_breaker};

struct Cache {
    hits: Vec<u8>,
}

impl Cache {
    #[circuit_breaker(name = "lints.words_moved_out")]
    fn all(&self) -> Result<Vec<u8>, BreakerError> {
        Ok(self.hits)
    }

    #[circuit_breaker(name = "lints.words_moved_out_async")]
    async fn all_async(&self) -> Result<Vec<u8>, BreakerError> {
        Ok(self.hits)
    }

    #[circuit_breaker(name = "lints.words_moved_twice")]
    fn twice(&self, text: String) -> Result<usize, BreakerError> {
        drop(text);
        Ok(text.len())
    }
}

fn main() {}
