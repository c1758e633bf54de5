//! tower-resilience: a service with an async mutex. The synchronous function is polled as one.

use std::future::{Ready, ready};
use std::time::Duration;

use tower::util::ServiceFn;
use tower::{Layer, Service as _, ServiceExt, service_fn};
use tower_resilience_circuitbreaker::{
    CircuitBreaker, CircuitBreakerConfigBuilder, CircuitBreakerError as PeerError,
    CircuitBreakerLayer, DefaultClassifier,
};

use super::OPEN_FOR;
use crate::{Answer, Error, body, poll};

/// The function as a service; every clone has the same breaker.
pub type Service = CircuitBreaker<ServiceFn<fn(u64) -> Ready<Answer>>, DefaultClassifier>;

impl From<PeerError<Self>> for Error {
    fn from(error: PeerError<Self>) -> Self {
        match error {
            PeerError::Inner(error) => error,
            PeerError::OpenCircuit => Self::Rejected,
        }
    }
}

/// Opens after five failures in a row.
pub fn closed() -> Service {
    service(CircuitBreakerLayer::builder().consecutive_failures(5))
}

/// Opens by the share of failures in the last 100 calls: its default.
pub fn count_window() -> Service {
    service(CircuitBreakerLayer::builder())
}

/// Takes the time of each call.
pub fn slow_call() -> Service {
    let rules = CircuitBreakerLayer::builder().consecutive_failures(5);
    service(rules.slow_call_duration_threshold(Duration::from_millis(100)))
}

/// Is open.
pub fn open() -> Service {
    let service = closed();
    poll(service.force_open());
    service
}

fn service(rules: CircuitBreakerConfigBuilder<DefaultClassifier>) -> Service {
    let layer = rules.wait_duration_in_open(OPEN_FOR).build();
    let function: fn(u64) -> Ready<Answer> = |value| ready(body(value));
    layer
        .expect("the rules are valid")
        .layer(service_fn(function))
}

/// Calls the function.
#[inline(never)]
pub fn call(service: &mut Service, value: u64) -> Answer {
    let answer = async { service.ready().await?.call(value).await };
    poll(answer).map_err(Error::from)
}
