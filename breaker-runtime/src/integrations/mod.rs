//! What stands on the public interface, each behind the feature of its name.

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "http")]
pub(crate) mod http;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "tokio")]
pub(crate) mod stream;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "tracing")]
pub(crate) mod tracing;
