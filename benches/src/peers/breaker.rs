//! breaker: a read-write lock, for futures only. The synchronous function is polled as one.

use peer_breaker::{CircuitBreaker, CircuitBreakerConfig, CircuitBreakerError as PeerError};

use super::OPEN_FOR;
use crate::{Answer, Error, async_body, body, poll};

impl From<PeerError<Self>> for Error {
    fn from(error: PeerError<Self>) -> Self {
        match error {
            PeerError::Failure(error) => error,
            PeerError::CircuitOpen | PeerError::Rejected => Self::Rejected,
        }
    }
}

/// Opens after five failures in a row, or by the share of failures in the last 10 calls: its
/// defaults.
pub fn closed() -> CircuitBreaker {
    CircuitBreaker::new(CircuitBreakerConfig::standard())
}

/// Opens by the share of failures in the last 100 calls.
pub fn count_window() -> CircuitBreaker {
    let config = CircuitBreakerConfig::builder()
        .consecutive_failures(u32::MAX)
        .sliding_window_size(100);
    CircuitBreaker::new(config.build())
}

/// Is open.
pub fn open() -> CircuitBreaker {
    let config = CircuitBreakerConfig::builder().wait_duration(OPEN_FOR);
    let breaker = CircuitBreaker::new(config.build());
    breaker.trip();
    breaker
}

/// Calls the function.
#[inline(never)]
pub fn call(breaker: &CircuitBreaker, value: u64) -> Answer {
    poll(breaker.call(|| async move { body(value) })).map_err(Error::from)
}

/// Calls the async function.
#[inline(never)]
pub fn call_async(breaker: &CircuitBreaker, value: u64) -> Answer {
    poll(breaker.call(|| async_body(value))).map_err(Error::from)
}
