//! Rejections and the health of all breakers as answers of axum. Needs the feature `axum`.
//!
//! [`BreakerError`](crate::BreakerError), [`Rejection`](crate::Rejection) and
//! [`TimedOut`](crate::TimedOut) are `IntoResponse`, so a handler may return them as its error:
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
//! `retry_after` is in whole seconds, rounded up, and is the header `Retry-After` too; where nobody knows
//! it, it is `null` and there is no header. The key of a breaker is not told: it may be the name of
//! somebody else.

mod health;
mod json;
mod response;

pub use self::health::health;
