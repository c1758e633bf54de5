//! Counters of the failures that are not returned values.
//!
//! They are rare, so all threads share one set. [`counters`](super::counters) counts the returned values, so each failure
//! is counted in one place, and no number is a difference that another thread could see too early or too late.

use crate::sync::AtomicU64;
use crate::sync::Ordering::Relaxed;
use crate::values::{FailureKind, Failures};

/// The numbers of such failures.
#[derive(Debug, Default)]
pub(super) struct FailureCounters {
    panicked: AtomicU64,
    timed_out: AtomicU64,
    dropped: AtomicU64,
}

impl FailureCounters {
    /// Counts a failure, unless its kind is not kept here.
    #[inline]
    pub(super) fn add(&self, kind: FailureKind) {
        let counter = match kind {
            FailureKind::Panicked => &self.panicked,
            FailureKind::TimedOut => &self.timed_out,
            FailureKind::Dropped => &self.dropped,
            FailureKind::Returned | FailureKind::Slow | FailureKind::Silent => return,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// Returns the number of calls that ended with a panic.
    pub(super) fn panicked(&self) -> u64 {
        self.panicked.load(Relaxed)
    }

    /// Returns the numbers by kind, without returned values, slow calls and silent probes.
    pub(super) fn read(&self) -> Failures {
        Failures {
            panicked: self.panicked.load(Relaxed),
            timed_out: self.timed_out.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            ..Failures::default()
        }
    }
}
