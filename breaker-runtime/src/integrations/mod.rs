//! Integrations with other crates, each behind the feature named after the crate.
//!
//! They use the public interface where it suffices. Beyond that, `tower` holds a call with
//! [`Guard`](crate::call::Guard), as annotated functions do, and `tower` and `metrics` use the set of breakers by key.

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "tokio")]
pub(crate) mod stream;
#[cfg(feature = "tower")]
pub mod tower;
