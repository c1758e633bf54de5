//! Integrations with other crates, each behind the feature named after the crate.
//!
//! They use the public interface where it suffices. Beyond that, `tower` holds a call with
//! [`Guard`](crate::call::Guard), as annotated functions do, and `tower` and `metrics` use the set of breakers by key.

#[cfg(feature = "admin")]
pub mod admin;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(any(
    feature = "aws",
    feature = "redis-client",
    feature = "reqwest",
    feature = "sqlx",
    feature = "tonic"
))]
pub mod classifiers;
#[cfg(any(feature = "metrics", feature = "opentelemetry"))]
mod export;
#[cfg(any(feature = "http", feature = "tonic"))]
mod grpc_code;
#[cfg(any(feature = "aws", feature = "http", feature = "reqwest"))]
mod http_answer;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "opentelemetry")]
pub mod opentelemetry;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(any(
    feature = "actix",
    feature = "axum",
    feature = "poem",
    feature = "rocket",
    feature = "tonic"
))]
mod rejections;
#[cfg(feature = "tokio")]
pub(crate) mod stream;
#[cfg(feature = "tower")]
pub mod tower;
