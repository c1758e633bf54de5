//! The attribute in a crate that denies many lints.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    unused_results,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    let_underscore_drop,
    trivial_casts,
    trivial_numeric_casts,
    elided_lifetimes_in_paths,
    unreachable_pub,
    missing_debug_implementations,
    missing_copy_implementations,
    unit_bindings,
    clippy::pedantic,
    clippy::nursery
)]

use breaker_runtime::{BreakerError, circuit_breaker};

/// A sum.
///
/// # Errors
///
/// When the circuit is open.
#[circuit_breaker(name = "pass.strict", threshold = 3, fallback = later)]
pub fn call((left, mut right): (u32, u32), _unused: &str, _: u8) -> Result<u32, BreakerError> {
    right += left;
    Ok(right)
}

fn later(pair: (u32, u32), _: &str, _: u8) -> Result<u32, BreakerError> {
    Ok(pair.0)
}

/// A length.
///
/// # Errors
///
/// When the circuit is open.
#[circuit_breaker(
    name = "pass.strict_async",
    ignore(Err(BreakerError::Rejected(_))),
    fallback = |_| Ok(0),
    fallback_on = any
)]
pub async fn call_async(mut text: String, _unused: &str) -> Result<usize, BreakerError> {
    text.push('x');
    std::future::ready(()).await;
    Ok(text.len())
}

/// A length, of one host.
///
/// # Errors
///
/// When the circuit of the host is open.
#[circuit_breaker(name = "pass.strict_keyed", key = host, max_keys = 10, idle_ttl = "1h")]
pub fn call_keyed(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

/// A number, of one tenant.
///
/// # Errors
///
/// When the circuit of the tenant is open.
#[circuit_breaker(name = "pass.strict_keyed_async", key = _tenant + 1, latency = true)]
pub async fn call_keyed_async(_tenant: u64) -> Result<u64, BreakerError> {
    std::future::ready(()).await;
    Ok(0)
}

/// Something with a method.
#[derive(Debug, Clone, Copy)]
pub struct Client(u32);

impl Client {
    /// Counts.
    ///
    /// # Errors
    ///
    /// When the circuit is open.
    #[circuit_breaker(name = "pass.strict_method", fallback = Self::later)]
    pub fn count(&mut self, by: u32, _unused: bool) -> Result<&u32, BreakerError> {
        self.0 += by;
        Ok(&self.0)
    }

    fn later(&mut self, _: u32, _: bool) -> Result<&u32, BreakerError> {
        self.0 += 1;
        Ok(&self.0)
    }
}

fn main() {
    assert_eq!(call((1, 2), "", 0), Ok(3));
    assert_eq!(Client(1).count(2, true), Ok(&3));
    drop(call_async(String::new(), ""));
}
