//! The durations that a call must know without the machine.

use std::time::Duration;

use crate::config::Settings;
use crate::sync::{AtomicU64, Ordering};
use crate::time::nanos;

/// The settings `slow_call`, `cancel_after` and `call_timeout` that are in force.
///
/// A change of settings writes them, and calls read them. `Relaxed` suffices: each publishes nothing but itself.
#[derive(Debug)]
pub(crate) struct PublishedLimits {
    /// In nanoseconds; [`OFF`] if the setting is off.
    slow_call: AtomicU64,
    /// In nanoseconds; [`OFF`] if the setting is off.
    cancel_after: AtomicU64,
    /// In nanoseconds; [`OFF`] if each function keeps its limit.
    call_timeout: AtomicU64,
}

/// A duration that is longer than any clock runs.
const OFF: u64 = u64::MAX;

impl PublishedLimits {
    #[inline]
    pub(crate) fn new(settings: &Settings) -> Self {
        let limits = Self {
            slow_call: AtomicU64::new(OFF),
            cancel_after: AtomicU64::new(OFF),
            call_timeout: AtomicU64::new(OFF),
        };
        limits.publish(settings);
        limits
    }

    #[inline]
    pub(crate) fn publish(&self, settings: &Settings) {
        self.slow_call
            .store(word(settings.slow_call), Ordering::Relaxed);
        self.cancel_after
            .store(word(settings.cancel_after), Ordering::Relaxed);
    }

    /// Publishes the time limit that replaces those of the functions, if one is set.
    pub(crate) fn publish_call_timeout(&self, limit: Option<Duration>) {
        self.call_timeout.store(word(limit), Ordering::Relaxed);
    }

    /// Returns the time limit that replaces those of the functions, if one is set.
    pub(crate) fn call_timeout(&self) -> Option<Duration> {
        read(&self.call_timeout).map(Duration::from_nanos)
    }

    /// Returns `slow_call` in nanoseconds, if it is set.
    #[inline]
    pub(crate) fn slow_call(&self) -> Option<u64> {
        read(&self.slow_call)
    }

    /// Returns `cancel_after` in nanoseconds, if it is set.
    #[inline]
    pub(crate) fn cancel_after(&self) -> Option<u64> {
        read(&self.cancel_after)
    }
}

fn word(limit: Option<Duration>) -> u64 {
    limit.map_or(OFF, |limit| nanos(limit).min(OFF - 1))
}

#[inline]
fn read(limit: &AtomicU64) -> Option<u64> {
    let nanos = limit.load(Ordering::Relaxed);
    (nanos != OFF).then_some(nanos)
}
