use std::cell::RefCell;
use std::rc::Rc;

use breaker_runtime::{BreakerError, circuit_breaker};

struct Client(RefCell<u8>);

impl Client {
    #[circuit_breaker(name = "lints.words_not_send")]
    async fn call(&self) -> Result<u8, BreakerError> {
        std::future::ready(()).await;
        Ok(*self.0.borrow())
    }
}

#[circuit_breaker(name = "lints.words_not_send_pattern")]
async fn call((shared, _): (Rc<u8>, u8)) -> Result<u8, BreakerError> {
    std::future::ready(()).await;
    Ok(*shared)
}

fn spawn(_: impl Future + Send) {}

fn main() {
    spawn(Client(RefCell::new(1)).call());
    spawn(call((Rc::new(1), 1)));
}
