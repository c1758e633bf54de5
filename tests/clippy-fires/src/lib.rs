//! Lints that must keep firing in guarded functions.
//!
//! `ci/lints-fire.sh` fails unless exactly the lints fire that the comments at the ends of the lines name.

#![warn(
    clippy::pedantic,
    clippy::async_yields_async,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::dbg_macro,
    clippy::redundant_clone
)]
#![allow(clippy::missing_errors_doc, clippy::missing_panics_doc)]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "fires.return")]
pub fn needless_return(value: u32) -> Result<u32, BreakerError> {
    return Ok(value); // fires: clippy::needless_return
}

#[circuit_breaker(name = "fires.async_return")]
pub async fn async_needless_return(value: u32) -> Result<u32, BreakerError> {
    std::future::ready(()).await;
    return Ok(value); // fires: clippy::needless_return
}

#[circuit_breaker(name = "fires.clone")]
pub fn clones(value: u32, text: &str) -> Result<String, BreakerError> {
    let copy = value.clone(); // fires: clippy::clone_on_copy
    let owned = format!("{}: {copy}", text); // fires: clippy::uninlined_format_args
    Ok(owned)
}

#[circuit_breaker(name = "fires.let_and_return")]
pub fn let_and_return(value: u32) -> Result<u32, BreakerError> {
    let answer = Ok(value + 1);
    answer // fires: clippy::let_and_return
}

#[circuit_breaker(name = "fires.question_mark")]
pub fn needless_question_mark(value: Result<u32, BreakerError>) -> Result<u32, BreakerError> {
    Ok(value?) // fires: clippy::needless_question_mark
}

#[circuit_breaker(name = "fires.unwrap")]
pub async fn unwraps(text: &str, values: &[u32]) -> Result<u32, BreakerError> {
    std::future::ready(()).await;
    let parsed: u32 = text.parse().unwrap(); // fires: clippy::unwrap_used
    let first = values[0]; // fires: clippy::indexing_slicing
    Ok(dbg!(parsed + first)) // fires: clippy::dbg_macro
}

#[circuit_breaker(name = "fires.underscore")]
pub fn underscore(_value: u32) -> Result<u32, BreakerError> {
    Ok(_value) // fires: clippy::used_underscore_binding
}

#[circuit_breaker(name = "fires.conditions")]
pub fn conditions(values: &[u32]) -> Result<bool, BreakerError> {
    let empty = values.len() == 0; // fires: clippy::len_zero
    let first = values.iter().filter(|value| **value == 1).next(); // fires: clippy::filter_next
    Ok(empty == true || first.is_some()) // fires: clippy::bool_comparison
}

#[circuit_breaker(name = "fires.cloned")]
pub async fn cloned(text: String) -> Result<usize, BreakerError> {
    let copy = text.clone(); // fires: clippy::redundant_clone
    Ok(copy.len())
}

#[circuit_breaker(
    name = "fires.classify",
    classify = |value| match value {
        Some(_) => breaker_runtime::Outcome::Success,
        None => breaker_runtime::Outcome::Failure,
    },
    fallback = |_| None
)]
#[must_use]
pub fn option(value: Option<u32>) -> Option<u32> {
    value.and_then(|value| Some(value + 1)) // fires: clippy::bind_instead_of_map
}

/// Something with methods.
#[derive(Debug, Default)]
pub struct Client {
    calls: u32,
}

impl Client {
    #[circuit_breaker(name = "fires.method")]
    pub fn method(&mut self) -> Result<u32, BreakerError> {
        self.calls = self.calls + 1; // fires: clippy::assign_op_pattern
        return Ok(self.calls); // fires: clippy::needless_return
    }
}

#[circuit_breaker(name = "fires.closure")]
pub fn lengths(texts: &[String]) -> Result<usize, BreakerError> {
    let lengths = texts.iter().map(|text| text.len()); // fires: clippy::redundant_closure_for_method_calls
    Ok(lengths.sum())
}

#[derive(Debug)]
pub enum Large {
    Bytes([u8; 200]),
    Breaker(BreakerError),
}

impl From<BreakerError> for Large {
    fn from(error: BreakerError) -> Self {
        Self::Breaker(error)
    }
}

/// A trait whose implementations cannot choose the return type.
#[derive(Debug)]
pub struct Number(pub u32);

impl std::str::FromStr for Number {
    type Err = Large;

    #[circuit_breaker(name = "fires.large_method")]
    fn from_str(text: &str) -> Result<Self, Large> {
        let number = text.parse().map_err(|_| Large::Bytes([0; 200]))?;
        Ok(Self(number))
    }
}

impl TryFrom<&str> for Number {
    type Error = Large;

    #[circuit_breaker(name = "fires.large_fallback", fallback = |_| Ok(Self(7)), fallback_on = any)]
    fn try_from(text: &str) -> Result<Self, Large> {
        text.parse()
    }
}

#[circuit_breaker(name = "fires.large_function")]
pub fn large(text: &str) -> Result<Number, Large> { // fires: clippy::result_large_err
    text.parse()
}

#[circuit_breaker(name = "fires.large_function_any", fallback = |_| Ok(Number(7)), fallback_on = any)]
pub fn large_function_any(text: &str) -> Result<Number, Large> { // fires: clippy::result_large_err
    text.parse()
}

// Twice: for the function, and for the closure that contains its body, because the lint stays on in the body.
#[circuit_breaker(name = "fires.large_with_closure")]
pub fn large_with_closure(text: &str) -> Result<u32, Large> { // fires: clippy::result_large_err, clippy::result_large_err
    text.parse().map(|number: Number| number.0)
}

#[circuit_breaker(name = "fires.large_future")]
pub async fn large_future(text: &str) -> Result<Number, Large> {
    std::future::ready(()).await;
    text.parse()
}

#[circuit_breaker(name = "fires.large_judged", ignore(Err(Large::Bytes([0, ..]))))]
pub async fn large_judged(text: &str) -> Result<Number, Large> {
    std::future::ready(()).await;
    text.parse()
}

#[circuit_breaker(name = "fires.large_rejected", fallback = large_future)]
pub async fn large_rejected(text: &str) -> Result<Number, Large> {
    std::future::ready(()).await;
    text.parse()
}

#[circuit_breaker(name = "fires.large_any", fallback = |_| text.parse(), fallback_on = any)]
pub async fn large_any(text: &str) -> Result<Number, Large> {
    std::future::ready(()).await;
    text.parse()
}

#[circuit_breaker(name = "fires.large_limited", call_timeout = "1s", fallback = large_future)]
pub async fn large_limited(text: &str) -> Result<Number, Large> {
    std::future::ready(()).await;
    text.parse()
}

#[circuit_breaker(name = "fires.large_eager")]
pub fn large_eager(text: &str) -> impl Future<Output = Result<Number, Large>> + use<> {
    std::future::ready(text.parse())
}

#[circuit_breaker(name = "fires.large_key", key = host)]
pub async fn large_key(host: &str) -> Result<Number, Large> {
    std::future::ready(()).await;
    host.parse()
}

#[circuit_breaker(name = "fires.large_inside")]
pub fn large_inside(text: &str) -> Result<u32, BreakerError> {
    fn inner(text: &str) -> Result<Number, Large> { // fires: clippy::result_large_err
        text.parse()
    }
    Ok(inner(text).map_or(0, |number| number.0))
}

#[circuit_breaker(name = "fires.large_inside_future")]
pub async fn large_inside_future(text: &str) -> Result<u32, BreakerError> {
    fn inner(text: &str) -> Result<Number, Large> { // fires: clippy::result_large_err
        text.parse()
    }
    std::future::ready(()).await;
    Ok(inner(text).map_or(0, |number| number.0))
}

#[circuit_breaker(
    name = "fires.awaitable",
    classify = |_| breaker_runtime::Outcome::Success,
    fallback = |_| std::future::ready(0),
)]
pub async fn awaitable(value: u32) -> std::future::Ready<u32> {
    std::future::ready(()).await;
    std::future::ready(value)
}

#[circuit_breaker(
    name = "fires.awaitable_later",
    classify = |_| breaker_runtime::Outcome::Success,
    fallback = |_| std::future::ready(0),
)]
pub fn awaitable_later(value: u32) -> impl Future<Output = std::future::Ready<u32>> {
    awaitable(value)
}

#[circuit_breaker(name = "fires.awaitable_inside")]
pub async fn awaitable_inside(value: u32) -> Result<u32, BreakerError> {
    let inside = async { std::future::ready(value) }; // fires: clippy::async_yields_async
    Ok(inside.await.await)
}

/// Something whose order and copy follow from other traits.
#[derive(Debug, Copy, PartialEq, Eq)]
pub struct Rank(u8);

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.cmp(&self.0)
    }
}

impl PartialOrd for Rank {
    #[circuit_breaker(name = "fires.order", failure(None), fallback = |_| None)]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Clone for Rank { // fires: clippy::expl_impl_clone_on_copy
    #[circuit_breaker(name = "fires.copy", success(_), fallback = |_| *self)]
    fn clone(&self) -> Self {
        *self
    }
}

/// A type whose order and clone differ from what its other traits imply.
#[derive(Debug, Copy, PartialEq, Eq)]
pub struct Level(u8);

impl Ord for Level {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.cmp(&self.0)
    }
}

impl PartialOrd for Level { // fires: clippy::non_canonical_partial_ord_impl
    #[circuit_breaker(name = "fires.other_order", failure(None), fallback = |_| None)]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        other.0.partial_cmp(&self.0)
    }
}

impl Clone for Level { // fires: clippy::expl_impl_clone_on_copy
    #[circuit_breaker(name = "fires.other_copy", success(_), fallback = |_| *self)]
    fn clone(&self) -> Self { // fires: clippy::non_canonical_clone_impl
        Self(self.0)
    }
}

impl Level {
    #[circuit_breaker(name = "fires.must_use", success(_), fallback = |_| 0)]
    pub fn above(self) -> u8 { // fires: clippy::must_use_candidate
        self.0 + 1
    }

    #[circuit_breaker(name = "fires.passes_function", success(_), fallback = |_| Vec::new())]
    pub fn all(list: &[u8]) -> Vec<Self> {
        list.iter().map(Self::of).collect()
    }

    fn of(level: &u8) -> Self { // fires: clippy::trivially_copy_pass_by_ref
        Self(*level)
    }

    #[circuit_breaker(name = "fires.empty", success(()), fallback = |_| ())]
    pub(crate) fn nothing<T>(self) {}

    #[circuit_breaker(name = "fires.not_empty", success(()), fallback = |_| ())]
    pub(crate) fn something<T>(self) { // fires: clippy::extra_unused_type_parameters
        let _ = self.0;
    }
}

/// Uses the methods that are not public.
pub fn use_all(level: Level) {
    level.nothing::<u8>();
    level.something::<u8>();
}

#[circuit_breaker(name = "fires.inline_always")]
#[inline(always)] // fires: clippy::inline_always
pub fn inline_always(value: u32) -> Result<u32, BreakerError> {
    Ok(value)
}

/// A trait whose implementations cannot choose the return type.
pub trait Fold {
    fn fold(&self) -> Result<(usize, u8), ((usize, u8), (usize, [u8; 2]), Option<Vec<u8>>)>; // fires: clippy::type_complexity
}

impl Fold for u8 {
    #[circuit_breaker(
        name = "fires.complex_type",
        fallback = |_| Ok((0, 0)),
        fallback_on = any,
    )]
    fn fold(&self) -> Result<(usize, u8), ((usize, u8), (usize, [u8; 2]), Option<Vec<u8>>)> {
        Ok((1, *self))
    }
}
