//! Classifiers for the clients of other crates, each behind a feature.
//!
//! | module | feature | for |
//! |---|---|---|
//! | `reqwest` | `reqwest` | HTTP by reqwest 0.13 |
//! | `tonic` | `tonic` | gRPC by tonic 0.14 |
//! | `sqlx` | `sqlx` | databases by sqlx 0.8 |
//! | `redis` | `redis-client` | Redis by the crate redis 1 |
//! | `aws` | `aws` | the AWS SDK for Rust 1 |
//!
//! Each module has the functions that the settings `classify`, `open_for_hint` and `cause` take, and a table of what
//! counts as what. The tables share three rules:
//!
//! - An answer to the request is a success, also if the answer is no: a 404, a violation of a constraint, a permission
//!   that is missing. The dependency works, and such answers let probes close the circuit.
//! - What says that the dependency cannot work is a failure: no connection, timeouts, also that of a pool, `5xx`,
//!   `UNAVAILABLE`, throttling.
//! - What the caller has done itself is neither, and is ignored: a request that was never sent, a pool that the program
//!   has closed, a cancellation, and the rejection of another breaker.
//!
//! The error types of the crates also implement [`ClassifyError`](crate::ClassifyError), for own error types and
//! `classify = by_error`. If a rule does not fit, write a closure around it:
//!
//! ```
//! # #[cfg(all(feature = "macros", feature = "reqwest"))] {
//! use breaker_runtime::{Outcome, circuit_breaker, classifiers};
//! use reqwest::{Response, StatusCode};
//!
//! type Error = Box<dyn std::error::Error + Send + Sync>;
//!
//! // For this service, a 404 is an outage: its routes are gone during a deployment.
//! #[circuit_breaker(name = "routes-http", classify = |answer| match answer {
//!     Ok(response) if response.status() == StatusCode::NOT_FOUND => Outcome::Failure,
//!     answer => classifiers::reqwest::classify(answer),
//! })]
//! async fn fetch(client: &reqwest::Client, url: &str) -> Result<Response, Error> {
//!     Ok(client.get(url).send().await?)
//! }
//! # }
//! ```

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(any(
    feature = "redis-client",
    feature = "reqwest",
    feature = "sqlx",
    feature = "tonic"
))]
mod holder;
#[cfg(feature = "redis-client")]
pub mod redis;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "tonic")]
mod retry_info;
mod sources;
#[cfg(feature = "sqlx")]
pub mod sqlx;
#[cfg(feature = "tonic")]
pub mod tonic;

#[cfg(any(
    feature = "redis-client",
    feature = "reqwest",
    feature = "sqlx",
    feature = "tonic"
))]
pub use self::holder::{HoldsError, Itself, Lent};
