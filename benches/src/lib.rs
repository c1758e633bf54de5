//! What the benches measure: one function, bare, behind the least that a breaker must do, behind the attribute and
//! behind other circuit breakers.
//!
//! Each variant is a separate function that is never inlined, and all have the same body and the
//! same return type. What a breaker costs is the difference to the bare one.

#![allow(clippy::missing_errors_doc, reason = "all fail at the same argument")]

use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use breaker_runtime::BreakerError;
use thiserror::Error;

pub mod floors;
pub mod layer;
pub mod optional;
pub mod ours;
pub mod peers;
pub mod streams;

/// Why a call gave no number.
#[derive(Debug, Error)]
pub enum Error {
    /// The body failed.
    #[error("the dependency failed")]
    Failed,
    /// The breaker of the attribute rejected the call.
    #[error(transparent)]
    Breaker(#[from] BreakerError),
    /// The breaker of another crate rejected the call.
    #[error("rejected")]
    Rejected,
}

/// What every function returns.
pub type Answer = Result<u64, Error>;

/// An argument for which the body succeeds.
pub const GOOD: u64 = 7;

/// The argument for which the body fails.
pub const BAD: u64 = 99;

/// The body of every function.
#[inline]
pub fn body(value: u64) -> Answer {
    if value == BAD {
        Err(Error::Failed)
    } else {
        Ok(value ^ 1)
    }
}

/// The body of every async function.
#[inline]
pub async fn async_body(value: u64) -> Answer {
    ready(()).await;
    body(value)
}

/// The function without a breaker.
#[inline(never)]
pub fn bare(value: u64) -> Answer {
    body(value)
}

/// The async function without a breaker.
#[inline(never)]
pub fn bare_async(value: u64) -> Answer {
    poll(async_body(value))
}

/// Polls a future in place until it is ready.
///
/// The async variants are polled within a function that is never inlined, so that they cost a call
/// like the others. Only tower-resilience ever has to wait here, on two threads. It is polled again at
/// once, which spares it the wake-up that an executor would need.
#[inline]
pub fn poll<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return answer;
        }
        std::hint::spin_loop();
    }
}
