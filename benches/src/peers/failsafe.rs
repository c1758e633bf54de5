//! failsafe: a policy behind a mutex.

use std::iter::Repeat;
use std::time::Duration;

use failsafe::failure_policy::{
    ConsecutiveFailures, SuccessRateOverTimeWindow, consecutive_failures,
    success_rate_over_time_window,
};
use failsafe::{CircuitBreaker, Config, Error as PeerError, FailurePolicy, StateMachine};

use super::OPEN_FOR;
use crate::{Answer, BAD, Error, async_body, body, poll};

/// A breaker that opens after failures in a row.
pub type Threshold = StateMachine<ConsecutiveFailures<Repeat<Duration>>, ()>;

/// A breaker that opens by the share of failures.
pub type TimeWindow = StateMachine<SuccessRateOverTimeWindow<Repeat<Duration>>, ()>;

impl From<PeerError<Self>> for Error {
    fn from(error: PeerError<Self>) -> Self {
        match error {
            PeerError::Inner(error) => error,
            PeerError::Rejected => Self::Rejected,
        }
    }
}

/// Opens after five failures in a row.
pub fn closed() -> Threshold {
    let policy = consecutive_failures(5, failsafe::backoff::constant(OPEN_FOR));
    Config::new().failure_policy(policy).build()
}

/// Is open.
pub fn open() -> Threshold {
    let breaker = closed();
    while !matches!(call(&breaker, BAD), Err(Error::Rejected)) {}
    breaker
}

/// Opens by the share of failures in the last 10 seconds.
pub fn time_window() -> TimeWindow {
    let backoff = failsafe::backoff::constant(OPEN_FOR);
    let policy = success_rate_over_time_window(0.5, 20, Duration::from_secs(10), backoff);
    Config::new().failure_policy(policy).build()
}

/// Calls the function.
#[inline(never)]
pub fn call<P: FailurePolicy>(breaker: &StateMachine<P, ()>, value: u64) -> Answer {
    let answer = CircuitBreaker::call(breaker, || body(value));
    answer.map_err(Error::from)
}

/// Calls the async function.
#[inline(never)]
pub fn call_async(breaker: &Threshold, value: u64) -> Answer {
    let future = failsafe::futures::CircuitBreaker::call(breaker, async_body(value));
    poll(future).map_err(Error::from)
}
