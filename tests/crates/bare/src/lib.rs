//! Guarded functions in a crate without the standard library's prelude.

#![no_std]

use breaker_runtime::{BreakerError, Outcome, circuit_breaker};
use core::future::Future;

/// What a call can fail with.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    Down,
    Declined(u32),
    Breaker(BreakerError),
}

impl From<BreakerError> for Error {
    fn from(error: BreakerError) -> Self {
        Self::Breaker(error)
    }
}

#[circuit_breaker(name = "bare.synchronous", open_for = "10s", ignore(Err(Error::Declined(_))), fallback = later)]
pub fn synchronous((left, mut right): (u32, u32), values: &mut [u32]) -> Result<u32, Error> {
    right += left;
    let first = values.first_mut().ok_or(Error::Down)?;
    *first = right;
    Ok(right)
}

fn later((left, _): (u32, u32), _: &mut [u32]) -> Result<u32, Error> {
    Ok(left * 100)
}

#[circuit_breaker(name = "bare.asynchronous", fallback = |_| { nothing().await; Ok(0) })]
pub async fn asynchronous(text: &str) -> Result<usize, Error> {
    nothing().await;
    if text.is_empty() {
        return Err(Error::Down);
    }
    Ok(text.len())
}

async fn nothing() {}

#[allow(clippy::manual_async_fn)]
#[circuit_breaker(name = "bare.future")]
pub fn future(value: u32) -> impl Future<Output = Result<u32, Error>> + Send {
    async move {
        nothing().await;
        if value == 0 {
            Err(Error::Down)
        } else {
            Ok(value)
        }
    }
}

#[circuit_breaker(name = "bare.option", classify = judge, fallback = |_| None)]
pub fn option(values: &[u32]) -> Option<&u32> {
    values.first()
}

fn judge(value: &Option<&u32>) -> Outcome {
    match value {
        Some(_) => Outcome::Success,
        None => Outcome::Failure,
    }
}

#[circuit_breaker(name = "bare.keyed", key = host, threshold = 1)]
pub fn keyed(host: &str) -> Result<usize, Error> {
    if host.is_empty() {
        return Err(Error::Down);
    }
    Ok(host.len())
}

pub struct Counter(pub u32);

impl Counter {
    #[circuit_breaker(name = "bare.method", fallback = Self::same, fallback_on = any)]
    pub fn add(&mut self, by: Option<u32>) -> Result<u32, Error> {
        self.0 += by.ok_or(Error::Down)?;
        Ok(self.0)
    }

    fn same(&mut self, _: Option<u32>) -> Result<u32, Error> {
        Ok(self.0)
    }
}
