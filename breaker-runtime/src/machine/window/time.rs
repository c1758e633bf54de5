//! The window of a span of time: eleven buckets of a tenth each.

use std::time::Duration;

use super::bucket::Bucket;
use super::sample::{Sample, SampleIndex, WindowCounts};
use crate::time::{Tick, nanos};
use crate::values::{FailureKind, Failures};

/// Ten whole buckets and the one that is filling: a sample stays for at least the window, and at most a tenth longer.
const BUCKETS: usize = 11;
const PARTS: u64 = 10;

#[derive(Debug)]
pub(crate) struct TimeWindow {
    /// A ring: bucket n is at position n modulo [`BUCKETS`].
    buckets: [Bucket; BUCKETS],
    /// The length of a bucket in nanoseconds, at least one.
    width: u64,
    /// The number of the bucket that is filling, counted from the clock's origin.
    current: u64,
    counts: WindowCounts,
}

impl TimeWindow {
    #[inline]
    pub(super) fn new(time: Duration) -> Self {
        Self {
            buckets: [Bucket::default(); BUCKETS],
            // Rounded up: a bucket that is too short would drop a sample too early.
            width: nanos(time).div_ceil(PARTS).max(1),
            current: 0,
            counts: WindowCounts::default(),
        }
    }

    /// Adds a sample at an instant that may be in the past.
    pub(super) fn add(&mut self, sample: Sample, at: Tick) -> SampleIndex {
        self.evict(at);
        let bucket = at.as_nanos() / self.width;
        if self.current - bucket < BUCKETS as u64 {
            self.counts.add(sample);
            self.bucket(bucket).add(sample);
        }
        SampleIndex(bucket)
    }

    #[inline]
    pub(super) fn add_successes(&mut self, calls: u64, at: Tick) {
        self.evict(at);
        let bucket = at.as_nanos() / self.width;
        if self.current - bucket < BUCKETS as u64 {
            self.counts.calls += calls;
            self.bucket(bucket).add_calls(calls);
        }
    }

    /// Returns when the bucket that contains `now` ends.
    pub(super) fn bucket_end(&self, now: Tick) -> Tick {
        let end = (now.as_nanos() / self.width)
            .saturating_add(1)
            .saturating_mul(self.width);
        Tick::from_nanos(end)
    }

    pub(super) fn time(&self) -> Duration {
        Duration::from_nanos(self.width.saturating_mul(PARTS))
    }

    /// Marks one sample of a bucket as failed.
    ///
    /// The bucket does not know which one, and need not: all samples that are marked later were added alike.
    #[inline]
    pub(super) fn fail(&mut self, index: SampleIndex, kind: FailureKind, now: Tick) {
        self.evict(now);
        if self.current - index.0 < BUCKETS as u64 {
            self.counts.failures = self.counts.failures.saturating_add(1);
            self.bucket(index.0).add_failure(kind);
        }
    }

    /// Returns what is in the window at `now`; changes nothing, since somebody may only be looking (R23).
    pub(super) fn counts(&self, now: Tick) -> WindowCounts {
        let current = now.as_nanos() / self.width;
        let passed = current.saturating_sub(self.current).min(BUCKETS as u64);
        let mut counts = self.counts;
        // The oldest buckets have left the window.
        for left in 0..passed {
            let oldest = self.current + 1 + left;
            counts.subtract(self.buckets[position(oldest)].counts());
        }
        counts
    }

    /// Returns the failures that are in the window at `now`, by kind.
    pub(super) fn failures(&self, now: Tick) -> Failures {
        let passed = (now.as_nanos() / self.width).saturating_sub(self.current);
        let mut failures = Failures::default();
        // The other buckets have left the window, or time began after them.
        for back in 0..(BUCKETS as u64).saturating_sub(passed) {
            if let Some(bucket) = self.current.checked_sub(back) {
                self.buckets[position(bucket)].add_failures_to(&mut failures);
            }
        }
        failures
    }

    /// Empties the buckets that have left the window by `now`.
    #[inline]
    fn evict(&mut self, now: Tick) {
        let current = now.as_nanos() / self.width;
        let passed = current.saturating_sub(self.current).min(BUCKETS as u64);
        self.current = self.current.max(current);
        for back in 0..passed {
            let emptied = std::mem::take(self.bucket(self.current - back));
            self.counts.subtract(emptied.counts());
        }
    }

    fn bucket(&mut self, bucket: u64) -> &mut Bucket {
        &mut self.buckets[position(bucket)]
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a remainder of eleven fits everywhere"
)]
fn position(bucket: u64) -> usize {
    (bucket % BUCKETS as u64) as usize
}
