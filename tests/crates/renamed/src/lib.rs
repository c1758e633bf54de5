//! Guarded functions in a crate that knows the runtime under another name.

use cb::{BreakerError, circuit_breaker};

/// What a call can fail with.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    Down,
    Breaker(BreakerError),
}

impl From<BreakerError> for Error {
    fn from(error: BreakerError) -> Self {
        Self::Breaker(error)
    }
}

/// The runtime again, as a crate that re-exports it would have it.
pub mod dependencies {
    pub use cb as runtime;
}

#[circuit_breaker(name = "renamed.synchronous", crate = cb)]
pub fn synchronous(up: bool) -> Result<u32, Error> {
    if up { Ok(1) } else { Err(Error::Down) }
}

#[circuit_breaker(crate = ::cb, name = "renamed.asynchronous", threshold = 3, fallback = later, fallback_on = any)]
pub async fn asynchronous((up, value): (bool, u32)) -> Result<u32, Error> {
    if up { Ok(value) } else { Err(Error::Down) }
}

async fn later((_, value): (bool, u32)) -> Result<u32, Error> {
    Ok(value + 100)
}

#[cb::circuit_breaker(name = "renamed.through_module", crate = crate::dependencies::runtime)]
pub fn through_module(values: &[u32]) -> Result<impl Iterator<Item = u32>, Error> {
    Ok(values.iter().copied())
}

#[cb::circuit_breaker(name = "renamed.keyed", crate = cb, key = tenant, max_keys = 5)]
pub fn keyed(tenant: u32) -> Result<u32, Error> {
    if tenant > 5 { Err(Error::Down) } else { Ok(1) }
}

pub mod inner {
    //! A module in which only the written path resolves.

    use super::Error;

    pub struct Client;

    impl Client {
        #[crate::dependencies::runtime::circuit_breaker(
            name = "renamed.method",
            ignore(Err(Error::Down)),
            open_for = "5s",
            crate = super::dependencies::runtime
        )]
        pub async fn call(&self, up: bool) -> Result<u32, Error> {
            if up { Ok(1) } else { Err(Error::Down) }
        }
    }

    #[cb::circuit_breaker(name = "renamed.future", crate = cb)]
    #[allow(clippy::manual_async_fn)]
    pub fn future(value: u32) -> impl Future<Output = Result<u32, Error>> {
        async move { Ok(value) }
    }
}
