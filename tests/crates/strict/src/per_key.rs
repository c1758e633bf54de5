//! Functions with a breaker per key.

use crate::error::Error;
use breaker_runtime::{Registry, circuit_breaker};
use core::fmt::Display;
use core::future::ready;

/// How many keys have a breaker.
const MOST: usize = 10;

/// Asks a host.
///
/// # Errors
///
/// When the host is down.
#[circuit_breaker(
    name = "strict.keyed",
    key = host,
    max_keys = MOST,
    idle_ttl = "1h",
    latency = true,
    critical = MOST > 5
)]
pub fn keyed(host: &str, up: bool) -> Result<usize, Error> {
    if up { Ok(host.len()) } else { Err(Error::Down) }
}

/// Consumes what its key is made of.
///
/// # Errors
///
/// When the circuit of the host is open.
#[circuit_breaker(
    name = "strict.keyed_owned",
    key = format_args!("{host}:{port}"),
    fallback = |_error| Ok(host)
)]
pub async fn keyed_owned(mut host: String, port: u16) -> Result<String, Error> {
    ready(()).await;
    host.push('/');
    Ok(host)
}

/// Uses an argument for its key only.
///
/// # Errors
///
/// When the circuit of the tenant is open.
#[circuit_breaker(
    name = "strict.keyed_only",
    key = _tenant.rotate_left(1),
    registry = Registry::global(),
    fallback = later,
    fallback_on = any
)]
pub async fn keyed_only(_tenant: u64, values: &mut Vec<u32>) -> Result<u32, Error> {
    ready(()).await;
    values.pop().ok_or(Error::Down)
}

/// Answers for [`keyed_only`].
async fn later(_: u64, values: &mut Vec<u32>) -> Result<u32, Error> {
    ready(()).await;
    values.push(1);
    Ok(0)
}

/// Makes its future by itself.
///
/// # Errors
///
/// When the circuit of the key is open.
#[circuit_breaker(name = "strict.keyed_future", key = key)]
pub fn keyed_future<K: Display>(key: K) -> impl Future<Output = Result<usize, Error>> {
    let text = key.to_string();
    async move { Ok(text.len()) }
}

/// Something with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Zone {
    /// Its name.
    pub name: String,
}

impl Zone {
    /// Makes one.
    #[must_use]
    pub const fn new(name: String) -> Self {
        Self { name }
    }

    /// Asks in the zone.
    ///
    /// # Errors
    ///
    /// When the circuit of the zone is open.
    #[circuit_breaker(name = "strict.keyed_method", key = self.name)]
    pub fn ask(&mut self, _question: &str) -> Result<&str, Error> {
        self.name.push('!');
        Ok(&self.name)
    }
}
