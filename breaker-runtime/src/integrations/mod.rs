//! What stands on the public interface, each behind the feature of its name.

#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "tokio")]
pub(crate) mod stream;
#[cfg(feature = "tracing")]
pub(crate) mod tracing;
