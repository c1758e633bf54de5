//! What stands on the public interface, each behind the feature of its name.

#[cfg(feature = "metrics")]
pub mod metrics;
