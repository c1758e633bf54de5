//! Integrations with other crates, each behind the feature named after the crate.

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
