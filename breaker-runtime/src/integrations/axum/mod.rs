//! Responses of axum for rejected calls, and a health handler. Needs the feature `axum`.
//!
//! [`BreakerError`](crate::BreakerError), [`Rejection`](crate::Rejection) and [`TimedOut`](crate::TimedOut) implement
//! `IntoResponse`, so a handler may return them as its error:
//!
//! ```
//! use axum::Router;
//! use axum::routing::post;
//! use breaker_runtime::{BreakerError, Registry, circuit_breaker};
//!
//! #[circuit_breaker(name = "bank", critical = true)]
//! async fn charge() -> Result<String, BreakerError> {
//!     Ok("charged".to_owned())
//! }
//!
//! let routes: Router = Router::new()
//!     .route("/charge", post(charge))
//!     .route("/health", breaker_runtime::axum::health(Registry::global()));
//! # drop(routes);
//! ```
//!
//! | error | status | body |
//! |---|---|---|
//! | a rejection | `503 Service Unavailable` | `{"error":"rejected","breaker":"bank","state":"open","reason":"open","retry_after":13}` |
//! | a call that took longer than its `call_timeout` | `504 Gateway Timeout` | `{"error":"timed_out","breaker":"bank"}` |
//!
//! `retry_after` is in whole seconds, rounded up, and is also sent as the header `Retry-After`. If the time is unknown,
//! `retry_after` is `null` and the header is missing. The key of a breaker is not sent, because it may name another
//! user.

mod health;
mod response;

#[cfg(feature = "admin")]
pub(crate) use self::health::health_of;
pub use self::health::{health, health_current};
