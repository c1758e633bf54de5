//! `#[backon]`, which runs the body in a loop. Below the breaker it repeats the guarded call, and each attempt asks the
//! breaker. Above, all attempts together are one call.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use backon::ConstantBuilder;
use backon_macros::backon;
use breaker_runtime::{State, circuit_breaker};

use crate::{Error, breaker, ends};

/// Up to five attempts.
fn at_once() -> ConstantBuilder {
    ConstantBuilder::new()
        .with_delay(Duration::from_millis(1))
        .with_max_times(4)
}

/// A rejection says when to come back; the loop does not wait for that long.
fn worth_another_attempt(error: &Error) -> bool {
    *error == Error::Down
}

/// Fails until it has been called this often.
fn down_until(attempts: &AtomicU32, up: u32) -> Result<u32, Error> {
    let attempt = attempts.fetch_add(1, Relaxed) + 1;
    if attempt < up {
        Err(Error::Down)
    } else {
        Ok(attempt)
    }
}

#[circuit_breaker(name = "backon.below", threshold = 3)]
#[backon(backoff = at_once, when = worth_another_attempt)]
fn each_attempt(attempts: &AtomicU32, up: u32) -> Result<u32, Error> {
    down_until(attempts, up)
}

#[backon(backoff = at_once, when = worth_another_attempt)]
#[circuit_breaker(name = "backon.above", threshold = 3)]
fn all_attempts(attempts: &AtomicU32, up: u32) -> Result<u32, Error> {
    down_until(attempts, up)
}

#[test]
fn below_the_breaker_each_attempt_is_a_call() {
    let attempts = AtomicU32::new(0);
    assert_eq!(each_attempt(&attempts, 3), Ok(3));
    assert_eq!(ends("backon.below"), (1, 2, 0));

    // The third failure opens the circuit, and the fourth attempt is rejected. A rejection ends the loop.
    let attempts = AtomicU32::new(0);
    assert!(matches!(each_attempt(&attempts, 9), Err(Error::Breaker(_))));
    assert_eq!(attempts.into_inner(), 3);
    assert_eq!(breaker("backon.below").state(), State::Open);
    assert_eq!(ends("backon.below"), (1, 5, 1));
}

#[test]
fn above_the_breaker_all_attempts_are_one_call() {
    let attempts = AtomicU32::new(0);
    assert_eq!(all_attempts(&attempts, 3), Ok(3));
    assert_eq!(ends("backon.above"), (1, 0, 0));

    let attempts = AtomicU32::new(0);
    assert_eq!(all_attempts(&attempts, 9), Err(Error::Down));
    assert_eq!(attempts.into_inner(), 5);
    assert_eq!(ends("backon.above"), (1, 1, 0));
}

#[circuit_breaker(name = "backon.async.below", threshold = 3)]
#[backon(backoff = at_once, sleep = tokio::time::sleep, when = worth_another_attempt)]
async fn each_attempt_later(attempts: &AtomicU32, up: u32) -> Result<u32, Error> {
    tokio::task::yield_now().await;
    down_until(attempts, up)
}

#[backon(backoff = at_once, sleep = tokio::time::sleep, when = worth_another_attempt)]
#[circuit_breaker(name = "backon.async.above", threshold = 3)]
async fn all_attempts_later(attempts: &AtomicU32, up: u32) -> Result<u32, Error> {
    tokio::task::yield_now().await;
    down_until(attempts, up)
}

#[tokio::test(start_paused = true)]
async fn an_async_function_is_repeated_in_the_same_order() {
    let attempts = AtomicU32::new(0);
    assert!(matches!(
        each_attempt_later(&attempts, 9).await,
        Err(Error::Breaker(_))
    ));
    assert_eq!(attempts.into_inner(), 3);
    assert_eq!(ends("backon.async.below"), (0, 3, 1));

    let attempts = AtomicU32::new(0);
    assert_eq!(all_attempts_later(&attempts, 9).await, Err(Error::Down));
    assert_eq!(attempts.into_inner(), 5);
    assert_eq!(ends("backon.async.above"), (0, 1, 0));
}

struct Bank {
    attempts: AtomicU32,
}

impl Bank {
    #[circuit_breaker(name = "backon.method.below", threshold = 9)]
    #[backon(backoff = at_once, when = worth_another_attempt)]
    fn each_attempt(&self, up: u32) -> Result<u32, Error> {
        down_until(&self.attempts, up)
    }

    /// `#[backon]` makes two methods of one, and copies the attributes below it to both.
    #[backon(backoff = at_once, when = worth_another_attempt)]
    #[circuit_breaker(name = "backon.method.above", threshold = 9)]
    fn all_attempts(&self, up: u32) -> Result<u32, Error> {
        down_until(&self.attempts, up)
    }
}

#[test]
fn in_a_method_backon_copies_a_breaker_that_is_below_it() {
    let bank = Bank {
        attempts: AtomicU32::new(0),
    };
    assert_eq!(bank.each_attempt(3), Ok(3));
    assert_eq!(ends("backon.method.below"), (1, 2, 0));

    let bank = Bank {
        attempts: AtomicU32::new(0),
    };
    assert_eq!(bank.all_attempts(3), Ok(3));
    // Three attempts and the call around them.
    assert_eq!(ends("backon.method.above"), (2, 2, 0));
}
