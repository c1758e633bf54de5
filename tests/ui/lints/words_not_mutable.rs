use breaker_runtime::{BreakerError, circuit_breaker};

trait Sink {
    fn give(&self, list: &Vec<u8>) -> Result<(), BreakerError>;
}

struct Cache {
    hits: Vec<u8>,
    count: u32,
}

impl Sink for Cache {
    #[circuit_breaker(name = "lints.words_not_mutable_trait")]
    fn give(&self, list: &Vec<u8>) -> Result<(), BreakerError> {
        list.push(1);
        Ok(())
    }
}

impl Cache {
    #[circuit_breaker(name = "lints.words_self_not_mutable")]
    fn hit<'a>(&self, list: &'a Vec<u8>) -> Result<&'a [u8], BreakerError> {
        self.hits.push(1);
        self.count += 1;
        list.clear();
        Ok(list)
    }

    #[circuit_breaker(name = "lints.words_self_not_mutable_async")]
    async fn hit_async(&self, list: &Vec<u8>) -> Result<(), BreakerError> {
        self.hits.push(1);
        list.push(1);
        Ok(())
    }
}

fn main() {}
