//! Uses of the attribute without the features that they need: one error for each, at the line and column that the
//! comments name. See `ci/without-features.sh`.
#![cfg(not(feature = "timer"))]

use breaker_runtime::{BreakerError, circuit_breaker};

/// Has a limit.
#[circuit_breaker(name = "payment", call_timeout = "1s")] // needs: tokio at 37
pub async fn pay() -> Result<(), BreakerError> {
    Ok(())
}

/// Is probed without calls.
#[circuit_breaker(name = "mail", probe = health::ping, probe_always = "10s")] // needs: tokio at 34
pub fn send() -> Result<(), BreakerError> {
    Ok(())
}

/// The probe.
pub mod health {
    use breaker_runtime::BreakerError;

    /// Asks for something cheap.
    pub async fn ping() -> Result<(), BreakerError> {
        Ok(())
    }
}

/// A stream, as the attribute recognises it.
pub trait Stream {
    /// What it yields.
    type Item;
}

/// An empty stream.
#[derive(Debug)]
pub struct Empty;

impl Stream for Empty {
    type Item = Result<u32, BreakerError>;
}

/// Is judged by its items.
#[circuit_breaker(name = "rows")]
pub fn rows() -> impl Stream<Item = Result<u32, BreakerError>> { // needs: stream at 37
    Empty
}

/// Is judged by its items, with a boxed stream.
#[circuit_breaker(name = "pages")]
pub fn pages() -> std::pin::Pin<Box<dyn Stream<Item = Result<u32, BreakerError>> + Send>> { // needs: stream at 55
    Box::pin(Empty)
}
