//! Guarded functions in a crate of edition 2018.

#![allow(
    non_fmt_panics,
    array_into_iter,
    clippy::into_iter_on_ref,
    clippy::map_clone
)]

use breaker_runtime::{circuit_breaker, BreakerError};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

/// What a call can fail with.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    Down,
    Declined(u32),
    Breaker(BreakerError),
}

impl From<BreakerError> for Error {
    fn from(error: BreakerError) -> Self {
        Error::Breaker(error)
    }
}

impl From<std::num::ParseIntError> for Error {
    fn from(_: std::num::ParseIntError) -> Self {
        Error::Down
    }
}

/// Pushes its word when it is dropped.
pub struct Noisy<'log>(pub &'static str, pub &'log RefCell<Vec<&'static str>>);

impl Drop for Noisy<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

#[circuit_breaker(name = "edition_2018.synchronous", threshold = 7, fallback = crate::later)]
pub fn synchronous((left, mut right): (u32, u32), text: &str) -> Result<u32, Error> {
    right += left;
    Ok(right + text.parse::<u32>()?)
}

fn later((left, _): (u32, u32), _: &str) -> Result<u32, Error> {
    Ok(left * 100)
}

#[circuit_breaker(name = "edition_2018.asynchronous", ignore(Err(Error::Declined(_))))]
pub async fn asynchronous(text: &str, values: &mut Vec<u32>) -> Result<u32, Error> {
    let value = text.parse()?;
    nothing().await;
    values.push(value);
    if value == 0 {
        return Err(Error::Declined(0));
    }
    Ok(value)
}

#[circuit_breaker(name = "edition_2018.fallback", fallback = |_| { nothing().await; Ok(text.len()) })]
pub async fn fallback(text: String) -> Result<usize, Error> {
    nothing().await;
    Ok(text.len() + 100)
}

async fn nothing() {}

/// Arrays iterate by reference in this edition, and `gen` is a name.
#[circuit_breaker(name = "edition_2018.old_words")]
pub fn old_words(by: u32) -> Result<Box<dyn Fn(u32) -> u32>, Error> {
    let sum: u32 = [1, 2].into_iter().map(|value: &u32| *value).sum();
    let gen = sum + by;
    Ok(Box::new(move |value| value + gen))
}

/// In this edition a panic with one text is no format string.
#[circuit_breaker(name = "edition_2018.panics")]
pub fn panics() -> Result<u32, Error> {
    panic!("{}")
}

#[circuit_breaker(name = "edition_2018.boxed")]
pub fn boxed<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = Result<usize, Error>> + Send + 'a>> {
    Box::pin(async move {
        nothing().await;
        Ok(text.len())
    })
}

#[circuit_breaker(name = "edition_2018.impl_future")]
pub fn impl_future(text: &str) -> impl Future<Output = Result<usize, Error>> {
    let length = text.len();
    async move {
        nothing().await;
        Ok(length)
    }
}

/// A closure of this edition takes whole variables, and the temporaries of a tail live longest.
#[circuit_breaker(name = "edition_2018.drop_order")]
pub fn drop_order(
    first: Noisy<'_>,
    (left, _): (Noisy<'_>, Noisy<'_>),
    _: Noisy<'_>,
) -> Result<usize, Error> {
    let _local = Noisy("local", first.1);
    let _ = &left;
    Ok(Noisy("temporary", first.1).0.len())
}

/// The same function without the attribute.
pub fn drop_order_plain(
    first: Noisy<'_>,
    (left, _): (Noisy<'_>, Noisy<'_>),
    _: Noisy<'_>,
) -> Result<usize, Error> {
    let _local = Noisy("local", first.1);
    let _ = &left;
    Ok(Noisy("temporary", first.1).0.len())
}

pub struct Client {
    pub calls: u32,
}

impl Client {
    #[circuit_breaker(name = "edition_2018.method", fallback = Self::cached)]
    pub async fn call(&mut self, by: u32) -> Result<&u32, Error> {
        nothing().await;
        self.calls += by;
        Ok(&self.calls)
    }

    async fn cached(&mut self, _: u32) -> Result<&u32, Error> {
        Ok(&self.calls)
    }
}
