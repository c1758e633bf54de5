//! Free functions.

use crate::error::Error;
use breaker_runtime::{BreakerError, CallError, Outcome, circuit_breaker};
use core::future::ready;
use core::pin::Pin;
use core::time::Duration;

/// How many failures open the circuits.
const LIMIT: u32 = 7;

/// How long they stay open.
const OPEN_FOR: Duration = Duration::from_secs(20);

/// Parses a number.
///
/// # Errors
///
/// When the text is none, or when the circuit is open.
#[circuit_breaker(name = "strict.plain")]
pub fn plain(text: &str) -> Result<u32, Error> {
    let number = text.parse()?;
    if number == 0 {
        return Err(Error::Down);
    }
    Ok(number)
}

/// Uses every key of the attribute.
///
/// # Errors
///
/// When the sum is seven, and the fallback fails too.
#[circuit_breaker(
    name = "strict.every_key",
    threshold = LIMIT,
    open_for = OPEN_FOR,
    backoff = 2.0,
    max_open_for = "5m",
    jitter = 0.1,
    half_open_calls = 2,
    success_threshold = 3,
    probe_failures = 1,
    probe_timeout = "1m",
    ignore(Err(Error::Declined(_))),
    success(Ok(3)),
    failure(Ok(0) | Err(Error::Down)),
    fallback = every_key_later,
    fallback_on = any,
    registry = breaker_runtime::Registry::global(),
    crate = ::breaker_runtime
)]
pub fn every_key(
    (left, mut right): (u32, u32),
    mut text: String,
    _unused: &str,
    _: bool,
) -> Result<u32, Error> {
    right = right.saturating_add(left);
    text.push('x');
    if right == 7 && text.len() > 1 {
        return Err(Error::Down);
    }
    Ok(right)
}

/// Answers for [`every_key`].
fn every_key_later(pair: (u32, u32), text: String, _: &str, _: bool) -> Result<u32, Error> {
    if text.is_empty() {
        return Err(Error::Down);
    }
    drop(text);
    Ok(pair.0)
}

/// Uses every key on an async function.
///
/// # Errors
///
/// When the sum is seven, and the fallback fails too.
#[circuit_breaker(
    name = "strict.async_every_key",
    threshold = 3 + 4,
    open_for = "20s",
    backoff = 2.0,
    max_open_for = "5m",
    jitter = 0.1,
    half_open_calls = 2,
    success_threshold = 3,
    probe_failures = 1,
    probe_timeout = "1m",
    ignore(Err(Error::Declined(code)) if *code < LIMIT),
    failure(Ok(0)),
    fallback = async_every_key_later,
    fallback_on = any,
    registry = breaker_runtime::Registry::global()
)]
pub async fn async_every_key(
    (left, mut right): (u32, u32),
    mut text: String,
    _unused: &str,
    _: bool,
) -> Result<u32, Error> {
    ready(()).await;
    right = right.saturating_add(left);
    text.push('x');
    if right == 7 && text.len() > 1 {
        return Err(Error::Down);
    }
    Ok(right)
}

/// Answers for [`async_every_key`].
async fn async_every_key_later(
    pair: (u32, u32),
    text: String,
    _: &str,
    _: bool,
) -> Result<u32, Error> {
    ready(()).await;
    drop(text);
    Ok(pair.0)
}

/// Judges by a closure, and falls back to one.
#[circuit_breaker(
    name = "strict.classify",
    classify = |answer| match *answer {
        Some(0) => Outcome::Ignored,
        Some(_) => Outcome::Success,
        None => Outcome::Failure,
    },
    fallback = |_| Some(LIMIT)
)]
#[must_use]
pub fn classified(values: &[u32]) -> Option<u32> {
    values.iter().copied().max()
}

/// Tells the fallback what went wrong.
///
/// # Errors
///
/// Never.
#[circuit_breaker(name = "strict.closure", fallback_on = any, fallback = |error| match error {
    CallError::Inner(text) => Ok(text),
    CallError::Breaker(_) => Ok("breaker"),
})]
pub fn closure(up: bool) -> Result<&'static str, &'static str> {
    if up { Ok("up") } else { Err("down") }
}

/// Waits in its fallback.
///
/// # Errors
///
/// When the text is empty.
#[circuit_breaker(name = "strict.async_closure", fallback = |error: BreakerError| {
    ready(()).await;
    Err(error.into())
})]
pub async fn async_closure(text: String) -> Result<usize, Error> {
    ready(()).await;
    if text.is_empty() {
        return Err(Error::Down);
    }
    Ok(text.len())
}

/// Borrows from its argument.
///
/// # Errors
///
/// When there is none.
#[circuit_breaker(name = "strict.borrowed")]
pub fn borrowed<'values>(
    values: &'values mut Vec<String>,
    _label: &str,
) -> Result<&'values mut String, Error> {
    values.push(String::new());
    values.last_mut().ok_or(Error::Down)
}

/// Is generic, and opaque.
///
/// # Errors
///
/// When the circuit is open.
#[circuit_breaker(name = "strict.generic")]
pub fn generic<Item, const N: usize>(
    values: [Item; N],
    by: impl Fn(Item) -> u32,
) -> Result<impl Iterator<Item = u32>, Error> {
    Ok(values.into_iter().map(by))
}

/// Returns a future.
///
/// # Errors
///
/// When the circuit is open.
#[circuit_breaker(name = "strict.future")]
pub fn future(text: &str) -> impl Future<Output = Result<usize, Error>> + Send + use<> {
    let length = text.len();
    async move {
        ready(()).await;
        Ok(length)
    }
}

/// Returns a boxed future.
#[circuit_breaker(name = "strict.boxed")]
#[must_use]
pub fn boxed(text: &str) -> Pin<Box<dyn Future<Output = Result<usize, Error>> + Send + '_>> {
    Box::pin(async move {
        ready(()).await;
        Ok(text.len())
    })
}

/// Is behind two circuits.
///
/// # Errors
///
/// When one of them is open.
#[circuit_breaker(name = "strict.upper")]
#[circuit_breaker(name = "strict.lower")]
pub fn stacked(
    Pair {
        left,
        right: (ref mut first, _),
    }: Pair,
) -> Result<u32, Error> {
    *first = first.saturating_add(left);
    Ok(*first)
}

/// An argument with fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// One side.
    pub left: u32,
    /// The other.
    pub right: (u32, u32),
}

impl Pair {
    /// Makes a pair.
    #[must_use]
    pub const fn new(left: u32, right: (u32, u32)) -> Self {
        Self { left, right }
    }
}

/// Gives keys that have to go together, some of them as constants.
///
/// # Errors
///
/// When the circuit is open.
#[circuit_breaker(
    name = "strict.pairs",
    window = LIMIT,
    failure_rate = 0.5,
    min_calls = LIMIT,
    max_failures = 6,
    open_for = OPEN_FOR,
    max_open_for = "20s"
)]
pub fn pairs(text: &str) -> Result<u32, Error> {
    Ok(text.parse()?)
}

/// Gives a window of time, which holds any number of calls.
///
/// # Errors
///
/// When the circuit is open.
#[circuit_breaker(
    name = "strict.time",
    window = OPEN_FOR,
    failure_rate = 0.5,
    min_calls = 1_000_000,
    max_open_for = OPEN_FOR,
    open_for = "1s"
)]
pub fn in_time(text: &str) -> Result<u32, Error> {
    Ok(text.parse()?)
}
