//! What a status code of gRPC says.

use std::time::Duration;

use crate::values::Outcome;

/// The metadata in which a server says how many milliseconds a retry should wait.
pub(crate) const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// Classifies a status code.
#[inline]
pub(crate) fn outcome(code: u32) -> Outcome {
    match code {
        // OK, INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, ABORTED,
        // OUT_OF_RANGE, UNIMPLEMENTED, UNAUTHENTICATED.
        0 | 3 | 5 | 6 | 7 | 9 | 10 | 11 | 12 | 16 => Outcome::Success,
        // CANCELLED.
        1 => Outcome::Ignored,
        _ => Outcome::Failure,
    }
}

/// Reads milliseconds; a negative number means that the call must not be retried, which is no time.
pub(crate) fn pushback(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_millis)
}
