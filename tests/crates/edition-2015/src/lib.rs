//! Guarded functions in a crate of edition 2015, which has no async functions.

#![allow(bare_trait_objects, deprecated, ellipsis_inclusive_range_patterns)]
#![allow(
    clippy::type_complexity,
    clippy::needless_lifetimes,
    clippy::should_implement_trait
)]

extern crate breaker_runtime;

pub mod client;

use breaker_runtime::circuit_breaker;
use breaker_runtime::BreakerError;
use std::error::Error as StdError;

/// What a call can fail with.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    Down,
    Declined(u32),
    Number,
    Breaker(BreakerError),
}

impl From<BreakerError> for Error {
    fn from(error: BreakerError) -> Error {
        Error::Breaker(error)
    }
}

impl From<std::num::ParseIntError> for Error {
    fn from(_: std::num::ParseIntError) -> Error {
        Error::Number
    }
}

#[circuit_breaker(name = "edition_2015.question_mark")]
pub fn question_mark(text: &str) -> Result<u32, Error> {
    let number: u32 = text.parse()?;
    if number == 0 {
        return Err(Error::Down);
    }
    Ok(number)
}

/// `try!` returns from the function, and the words of later editions are names.
#[circuit_breaker(name = "edition_2015.old_words")]
pub fn old_words(text: &str) -> Result<u32, Error> {
    let async = try!(text.parse::<u32>());
    let await = async + 1;
    let dyn = await + 1;
    Ok(dyn)
}

/// A trait object with `dyn`, and one without.
#[circuit_breaker(name = "edition_2015.bare_trait_object")]
pub fn bare_trait_object(
    text: &str,
) -> Result<Box<dyn Fn(u32) -> u32>, Box<StdError + Send + Sync>> {
    if text.is_empty() {
        try!(Err("empty"));
    }
    let by: u32 = text.parse()?;
    Ok(Box::new(move |value| value + by))
}

/// Paths with a leading `::` begin at the crate.
#[circuit_breaker(
    name = "edition_2015.paths",
    threshold = ::client::LIMIT,
    ignore(Err(::Error::Declined(_))),
    fallback = ::client::later
)]
pub fn paths((left, mut right): (u32, u32), _: &str) -> ::std::result::Result<u32, ::Error> {
    right += left;
    match right {
        0...9 => Ok(right),
        _ => Err(::Error::Declined(right)),
    }
}

/// A value that is no result.
#[circuit_breaker(name = "edition_2015.option", failure(None), fallback = |_| Some(0))]
pub fn option(values: &[u32]) -> Option<u32> {
    values.iter().cloned().max()
}

#[circuit_breaker(name = "edition_2015.clone", fallback = again, fallback_on = any)]
pub fn clone(text: String) -> Result<String, Error> {
    drop(text);
    Err(Error::Down)
}

fn again(text: String) -> Result<String, Error> {
    Ok(text)
}

#[circuit_breaker(name = "edition_2015.iterator")]
pub fn iterator<'a>(values: &'a [u32]) -> Result<impl Iterator<Item = &'a u32>, Error> {
    Ok(values.iter())
}

#[circuit_breaker(name = "edition_2015.keyed", key = host.trim(), threshold = 1)]
pub fn keyed(host: String) -> Result<usize, Error> {
    match host.len() {
        0...4 => Ok(host.len()),
        _ => Err(Error::Down),
    }
}
