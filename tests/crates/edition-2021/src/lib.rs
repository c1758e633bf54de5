//! Guarded functions in a crate of edition 2021.

use breaker_runtime::{circuit_breaker, BreakerError};
use std::cell::RefCell;
use std::future::Future;

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

async fn nothing() {}

#[circuit_breaker(name = "edition_2021.synchronous", threshold = 7, fallback = crate::later)]
pub fn synchronous((left, mut right): (u32, u32), text: &str) -> Result<u32, Error> {
    right += left;
    let gen = text.parse::<u32>()?;
    Ok(right + gen)
}

fn later((left, _): (u32, u32), _: &str) -> Result<u32, Error> {
    Ok(left * 100)
}

#[circuit_breaker(name = "edition_2021.asynchronous", ignore(Err(Error::Declined(_))))]
pub async fn asynchronous(text: &str, values: &mut Vec<u32>) -> Result<u32, Error> {
    let value = text.parse()?;
    nothing().await;
    values.push(value);
    if value == 0 {
        return Err(Error::Declined(0));
    }
    Ok(value)
}

/// An `unsafe fn` of this edition needs no block inside.
///
/// # Safety
///
/// The pointer points to a value.
#[circuit_breaker(name = "edition_2021.unsafe")]
pub unsafe fn read(pointer: *const u32) -> Result<u32, Error> {
    if pointer.is_null() {
        return Err(Error::Down);
    }
    Ok(*pointer)
}

/// # Safety
///
/// The pointer points to a value.
#[circuit_breaker(name = "edition_2021.unsafe_async")]
pub async unsafe fn read_async(pointer: *const u32) -> Result<u32, Error> {
    nothing().await;
    Ok(*pointer)
}

/// The opaque type of this edition takes in no lifetime that it does not name.
#[circuit_breaker(name = "edition_2021.opaque")]
pub fn opaque(text: &str) -> Result<impl Iterator<Item = u32>, Error> {
    let length = text.parse::<u32>()?;
    Ok(0..length)
}

#[circuit_breaker(name = "edition_2021.impl_future")]
pub fn impl_future(text: &str) -> impl Future<Output = Result<usize, Error>> {
    let length = text.len();
    async move {
        nothing().await;
        Ok(length)
    }
}

/// The temporaries of a tail live longer than the locals in this edition.
#[circuit_breaker(name = "edition_2021.drop_order")]
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

/// The temporaries of a tail in an async function.
#[circuit_breaker(name = "edition_2021.async_drop_order")]
pub async fn async_drop_order(first: Noisy<'_>, _: Noisy<'_>) -> Result<usize, Error> {
    let _local = Noisy("local", first.1);
    nothing().await;
    Ok(Noisy("temporary", first.1).0.len())
}

/// The same function without the attribute.
pub async fn async_drop_order_plain(first: Noisy<'_>, _: Noisy<'_>) -> Result<usize, Error> {
    let _local = Noisy("local", first.1);
    nothing().await;
    Ok(Noisy("temporary", first.1).0.len())
}

/// A macro of this edition around a guarded function.
#[macro_export]
macro_rules! guarded {
    ($name:ident, $breaker:literal, $value:expr) => {
        #[breaker_runtime::circuit_breaker(name = $breaker)]
        fn $name() -> ::std::result::Result<u32, $crate::Error> {
            ::std::result::Result::Ok($value)
        }
    };
}

pub struct Client {
    pub calls: u32,
}

impl Client {
    #[circuit_breaker(name = "edition_2021.method", fallback = Self::cached)]
    pub async fn call(&mut self, by: u32) -> Result<&u32, Error> {
        nothing().await;
        self.calls += by;
        Ok(&self.calls)
    }

    async fn cached(&mut self, _: u32) -> Result<&u32, Error> {
        Ok(&self.calls)
    }
}
