//! Circuit breakers around the services of Tower. Needs the feature `tower`.
//!
//! ```
//! use std::io;
//!
//! use breaker_runtime::tower::{CircuitBreakerLayer, ServiceError};
//! use breaker_runtime::{Config, Registry, State};
//! use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), breaker_runtime::ConfigError> {
//! let charge = |_cents: u64| async { Err::<u64, _>(io::Error::other("no route")) };
//! let mut bank = ServiceBuilder::new()
//!     .layer(CircuitBreakerLayer::new("charges", Config::new().threshold(2))?)
//!     .service(service_fn(charge));
//!
//! for _ in 0..2 {
//!     let answer = bank.ready().await.expect("it is always ready").call(450).await;
//!     assert!(matches!(answer, Err(ServiceError::Inner(_))));
//! }
//! let answer = bank.ready().await.expect("it is always ready").call(450).await;
//! assert!(matches!(answer, Err(ServiceError::Breaker(_)))); // the bank was not called
//! assert_eq!(Registry::global().get("charges").unwrap().state(), State::Open);
//! # Ok(())
//! # }
//! ```
//!
//! # Readiness and admission
//!
//! `poll_ready` is the inner service's and says nothing about the circuit: readiness that is reserved and
//! never used holds no permit. `call` asks the circuit, and a refused call does not reach the inner
//! service. Two things follow, as for the `Filter` of Tower:
//!
//! - What an inner service reserved in `poll_ready` (the place of a `ConcurrencyLimit`, a slot of a
//!   `Buffer`) is not used up by a refused call. It stays with this service and serves its next call,
//!   and is given back when the service is dropped. So put the limit outside of the breaker, or drop the
//!   clone that was refused, as `oneshot` and most servers and clients do.
//! - While the inner service is not ready, callers wait for it even if the circuit is open. A
//!   `LoadShed` inside of the breaker answers them at once instead.
//!
//! An error of the inner `poll_ready` is passed on and counted as nothing: no call was admitted.
//!
//! # What is counted
//!
//! | what happens to an admitted call | counts as |
//! |---|---|
//! | its future is ready | what the [classifier](Classify) says of the answer |
//! | the inner `call` panics, or its future does while it is polled | failure; the unwinding goes on |
//! | the classifier panics | failure; the unwinding goes on |
//! | its future is dropped, polled or not | cancelled; a failure if it had been pending for `cancel_after` |
//!
//! The answer of a service of HTTP is the head of the response: the circuit is told when that is there. A
//! body that fails later is not counted. Where that matters, read the body inside of the breaker and
//! return an error if it fails.
//!
//! # The order of layers
//!
//! `ServiceBuilder` names the outermost layer first.
//!
//! | layer | outside of the breaker | inside of the breaker |
//! |---|---|---|
//! | timeout | what it gives up on is cancelled, and a failure after `cancel_after` | each timeout is an error, a failure by itself |
//! | retry | each try is a call of its own; a refused one is not to be tried again, see [`BreakerError::is_retryable`](crate::BreakerError::is_retryable) | all tries of a request are one call, judged by the last |
//! | concurrency limit | calls that wait for a place are unknown to the breaker; a refused call frees its place | the same, but a refused call leaves the place reserved, see above |
//! | load-shed | what it turns away is unknown to the breaker | what it turns away is an error, and a failure unless the classifier ignores it |
//! | buffer | the breaker is asked in the buffer's own task; what waits in the queue is unknown to it | the time in the queue is part of the call; a full queue holds callers back before they are admitted |

mod choose;
mod classify;
mod error;
mod future;
#[cfg(feature = "http")]
mod http;
mod layer;
mod service;

pub use self::choose::{ChooseBreaker, InRegistry, KeyOfRequest, Named, PerKey, Single};
pub use self::classify::{ByResult, Classify, WithHint};
pub use self::error::ServiceError;
pub use self::future::ResponseFuture;
#[cfg(feature = "http")]
pub use self::http::HttpClassifier;
pub use self::layer::CircuitBreakerLayer;
pub use self::service::CircuitBreakerService;
