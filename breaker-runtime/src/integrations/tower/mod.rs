//! Circuit breakers for Tower services. Needs the feature `tower`.
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
//!     let answer = bank.ready().await.expect("`service_fn` is always ready").call(450).await;
//!     assert!(matches!(answer, Err(ServiceError::Inner(_))));
//! }
//! let answer = bank.ready().await.expect("`service_fn` is always ready").call(450).await;
//! assert!(matches!(answer, Err(ServiceError::Breaker(_)))); // the bank was not called
//! assert_eq!(Registry::global().get("charges").unwrap().state(), State::Open);
//! # Ok(())
//! # }
//! ```
//!
//! # Readiness and admission
//!
//! The breaker admits or rejects a call in `call`, so a reservation that is never used holds no permit. A rejected call
//! does not reach the inner service.
//!
//! While the circuit rejects every call, `poll_ready` returns ready at once and does not poll the inner service, so
//! that no caller waits for a service that would not be called. Otherwise `poll_ready` polls the inner service. When
//! the circuit opens, it wakes the callers that wait for the inner service. This has three consequences:
//!
//! - A call that follows such a `poll_ready` is rejected, even if the circuit has closed in between, because nothing
//!   was reserved for it. In that case its rejection has no `retry_after`.
//! - A rejected call does not use up what the inner service reserved in an earlier `poll_ready`, such as a permit of a
//!   `ConcurrencyLimit` or a slot of a `Buffer`. This service keeps the reservation for its next call, and releases it
//!   when it is dropped. So put the limit outside of the breaker, or drop the clone whose call was rejected, as
//!   `oneshot` and most servers and clients do.
//! - A load balancer that prefers ready services would prefer one whose circuit is open. So give the layer of each
//!   endpoint `pending_while_open` (feature `tokio`), or put the balancer inside of the breaker.
//!
//! With `pending_while_open`, `poll_ready` is pending instead while the circuit rejects every call, and while
//! `max_in_flight` calls are in flight.
//!
//! With keys, `poll_ready` does not know the key of the request yet. It skips the inner service only while the name
//! itself is forced open.
//!
//! An error of the inner `poll_ready` is passed on and not counted, because no call was admitted.
//!
//! # What is counted
//!
//! | what happens to an admitted call | counts as |
//! |---|---|
//! | its future is ready | what the [classifier](Classify) returns for the answer |
//! | its answer is or holds the error of another breaker, such as a rejection | ignored by the [default](ByResult) and the HTTP classifier |
//! | its answer is or holds an error of a type given to [`ignore_errors`](CircuitBreakerLayer::ignore_errors), such as that of a layer that sheds load | ignored |
//! | the inner `call` panics, or its future panics while it is polled | failure; the panic continues to unwind |
//! | the classifier panics | failure; the panic continues to unwind |
//! | its future is dropped, polled or not | cancelled; a failure if it had been pending for `cancel_after` |
//!
//! The answer of an HTTP service is the head of the response: the outcome is recorded when the head arrives, and a body
//! that fails later is not counted. With the feature `http`, a layer with `until_body_end()` judges the body too.
//!
//! # The order of layers
//!
//! `ServiceBuilder` lists the outermost layer first.
//!
//! | layer | outside of the breaker | inside of the breaker |
//! |---|---|---|
//! | timeout | a call that it gives up on is cancelled, and a failure after `cancel_after` | each timeout is an error, and so a failure |
//! | retry | each attempt is one call; do not retry a rejected one, see [`BreakerError::is_retryable`](crate::BreakerError::is_retryable) | all attempts of a request are one call, classified by the last one |
//! | concurrency limit | the breaker does not see calls that wait for a permit; a rejected call releases its permit | the breaker does not see calls that wait for a permit; a rejected call leaves its permit reserved, see above |
//! | load-shed | the breaker does not see the calls that it sheds | each call that it sheds is an error, and a failure unless it is ignored: `.ignore_errors::<Overloaded>()` |
//! | buffer | the breaker is consulted in the buffer's task and does not see calls that wait in the queue | the time in the queue is part of the call; a full queue delays callers before they are admitted |

#[cfg(feature = "http")]
mod body_end;
#[cfg(feature = "http")]
mod body_future;
mod choose;
mod classify;
mod error;
mod find_error;
mod future;
#[cfg(feature = "http")]
mod grpc;
#[cfg(feature = "http")]
mod guarded_body;
#[cfg(feature = "http")]
mod headers;
#[cfg(feature = "http")]
mod http;
mod layer;
mod service;
mod while_open;
mod wrappers;

#[cfg(feature = "http")]
pub use self::body_end::{BodyEndLayer, BodyEndService};
#[cfg(feature = "http")]
pub use self::body_future::BodyEndFuture;
pub use self::choose::{ChooseBreaker, InRegistry, KeyOfRequest, Named, PerKey, Single};
pub use self::classify::{ByResult, Classify, IgnoreErrors, WithCause, WithHint};
pub use self::error::ServiceError;
pub use self::future::ResponseFuture;
#[cfg(feature = "http")]
pub use self::grpc::GrpcClassifier;
#[cfg(feature = "http")]
pub use self::guarded_body::GuardedBody;
#[cfg(feature = "http")]
pub use self::http::HttpClassifier;
pub use self::layer::CircuitBreakerLayer;
pub use self::service::CircuitBreakerService;
