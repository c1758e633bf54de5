//! The two durations that a call needs to know without asking the machine.

use std::time::Duration;

use crate::config::Settings;
use crate::sync::{AtomicU64, Ordering};
use crate::time::nanos;

/// `slow_call` and `cancel_after`, as they are in force.
///
/// Written by whoever reconfigures, read by calls; `Relaxed`, as each publishes nothing but itself.
#[derive(Debug)]
pub(crate) struct PublishedLimits {
    /// In nanoseconds; [`OFF`] if no call is slow.
    slow_call: AtomicU64,
    /// In nanoseconds; [`OFF`] if no cancelled call is a failure.
    cancel_after: AtomicU64,
}

/// Longer than any clock runs.
const OFF: u64 = u64::MAX;

impl PublishedLimits {
    #[inline]
    pub(crate) fn new(settings: &Settings) -> Self {
        let limits = Self {
            slow_call: AtomicU64::new(OFF),
            cancel_after: AtomicU64::new(OFF),
        };
        limits.publish(settings);
        limits
    }

    #[inline]
    pub(crate) fn publish(&self, settings: &Settings) {
        let word = |limit: Option<Duration>| limit.map_or(OFF, |limit| nanos(limit).min(OFF - 1));
        self.slow_call
            .store(word(settings.slow_call), Ordering::Relaxed);
        self.cancel_after
            .store(word(settings.cancel_after), Ordering::Relaxed);
    }

    /// In nanoseconds, as a call is measured.
    #[inline]
    pub(crate) fn slow_call(&self) -> Option<u64> {
        read(&self.slow_call)
    }

    /// In nanoseconds.
    #[inline]
    pub(crate) fn cancel_after(&self) -> Option<u64> {
        read(&self.cancel_after)
    }
}

#[inline]
fn read(limit: &AtomicU64) -> Option<u64> {
    let nanos = limit.load(Ordering::Relaxed);
    (nanos != OFF).then_some(nanos)
}
