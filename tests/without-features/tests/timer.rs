//! `call_timeout` with a timer that the program sets, in a build without tokio.
#![cfg(feature = "timer")]

use std::future::{pending, ready};
use std::panic::catch_unwind;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use breaker_runtime::{BreakerError, Registry, circuit_breaker};

#[circuit_breaker(name = "payment", call_timeout = "1s")]
async fn pay() -> Result<(), BreakerError> {
    pending().await
}

fn pay_once() -> Poll<Result<(), BreakerError>> {
    pin!(pay()).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_call_without_a_timer_says_which_line_to_write_and_a_timer_ends_it() {
    let panic = catch_unwind(pay_once).expect_err("there is no timer");
    let text = panic.downcast_ref::<&str>().expect("a text");
    let line = "call `Registry::global().set_timer(…)` before the first call";
    assert!(text.contains(line), "{text}");

    Registry::global().set_timer(ready);
    let late = pay_once();
    assert!(matches!(late, Poll::Ready(Err(BreakerError::TimedOut(_)))));
}
