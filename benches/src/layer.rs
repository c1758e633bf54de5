//! The function as a service of Tower, bare and behind the layer.

use std::future::{Ready, ready};

use breaker_runtime::tower::{
    ByResult, CircuitBreakerLayer, CircuitBreakerService, Named, ServiceError,
};
use breaker_runtime::{Config, ConfigError};
use tower::util::ServiceFn;
use tower::{Layer, Service as _, ServiceExt, service_fn};

use crate::{Answer, Error, body, poll};

/// The function as a service.
pub type Bare = ServiceFn<fn(u64) -> Ready<Answer>>;

/// The same behind the layer; every clone has the same breaker.
pub type Service = CircuitBreakerService<Bare, ByResult, Named>;

impl From<ServiceError<Self>> for Error {
    fn from(error: ServiceError<Self>) -> Self {
        match error {
            ServiceError::Inner(error) => error,
            ServiceError::Breaker(error) => error.into(),
        }
    }
}

/// The service without a breaker.
pub fn bare() -> Bare {
    let function: fn(u64) -> Ready<Answer> = |value| ready(body(value));
    service_fn(function)
}

/// Opens after five failures in a row.
///
/// # Errors
///
/// None: nobody else has the name.
pub fn closed() -> Result<Service, ConfigError> {
    let layer = CircuitBreakerLayer::new("layer", Config::new().threshold(5))?;
    Ok(layer.layer(bare()))
}

/// Is open.
///
/// # Errors
///
/// None: nobody else has the name.
pub fn open() -> Result<Service, ConfigError> {
    let open_for = std::time::Duration::from_secs(3_600);
    let layer = CircuitBreakerLayer::new("layer.open", Config::new().open_for(open_for))?;
    layer.breaker().trip();
    Ok(layer.layer(bare()))
}

/// Calls the function without a breaker.
#[inline(never)]
pub fn call_bare(service: &mut Bare, value: u64) -> Answer {
    poll(async { service.ready().await?.call(value).await })
}

/// Calls the function.
#[inline(never)]
pub fn call(service: &mut Service, value: u64) -> Answer {
    let answer = async { service.ready().await?.call(value).await };
    poll(answer).map_err(Error::from)
}
