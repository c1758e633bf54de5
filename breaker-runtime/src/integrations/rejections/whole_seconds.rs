//! The time of `Retry-After`.

use std::time::Duration;

/// Returns whole seconds, rounded up so that a caller that waits this long does not retry too early.
pub(crate) fn whole_seconds(time: Duration) -> u64 {
    let begun = u64::from(time.subsec_nanos() > 0);
    time.as_secs().saturating_add(begun)
}
