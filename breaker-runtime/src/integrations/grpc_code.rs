//! What the metadata of an answer of gRPC says.

use std::time::Duration;

/// The metadata in which a server says how many milliseconds a retry should wait.
pub(crate) const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// Reads milliseconds; a negative number means that the call must not be retried, which is no time.
pub(crate) fn pushback(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_millis)
}
