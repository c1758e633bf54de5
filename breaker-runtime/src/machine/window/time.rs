//! The calls of the last so long, in eleven buckets of a tenth each.

use std::time::Duration;

use super::{Place, Sample, WindowCounts};
use crate::time::{Tick, nanos};

/// Ten whole buckets and the one that is being filled: a sample stays for at least the window, and
/// leaves at most one tenth late.
const BUCKETS: usize = 11;
const PARTS: u64 = 10;

#[derive(Debug)]
pub(crate) struct TimeWindow {
    /// A ring: bucket n stands at n modulo [`BUCKETS`].
    buckets: [WindowCounts; BUCKETS],
    /// The length of a bucket in nanoseconds, at least one.
    width: u64,
    /// The bucket that is being filled, counted from the clock's origin.
    current: u64,
    counts: WindowCounts,
}

impl TimeWindow {
    #[inline]
    pub(super) fn new(time: Duration) -> Self {
        Self {
            buckets: [WindowCounts::default(); BUCKETS],
            // Rounded up: a bucket too short would let go of a sample too early.
            width: nanos(time).div_ceil(PARTS).max(1),
            current: 0,
            counts: WindowCounts::default(),
        }
    }

    pub(super) fn add(&mut self, sample: Sample, now: Tick) -> Place {
        self.forget(now);
        self.counts.add(sample);
        let current = self.current;
        self.bucket(current).add(sample);
        Place(current)
    }

    #[inline]
    pub(super) fn add_successes(&mut self, calls: u64, at: Tick) {
        self.forget(at);
        let bucket = at.as_nanos() / self.width;
        if self.current - bucket < BUCKETS as u64 {
            self.counts.calls += calls;
            self.bucket(bucket).calls += calls;
        }
    }

    /// When the bucket of this instant ends.
    pub(super) fn full_at(&self, now: Tick) -> Tick {
        let ends = (now.as_nanos() / self.width)
            .saturating_add(1)
            .saturating_mul(self.width);
        Tick::from_nanos(ends)
    }

    pub(super) fn time(&self) -> Duration {
        Duration::from_nanos(self.width.saturating_mul(PARTS))
    }

    /// Marks one of the samples of a bucket: those that are marked later were all added alike.
    #[inline]
    pub(super) fn fail(&mut self, place: Place, now: Tick) {
        self.forget(now);
        if self.current - place.0 < BUCKETS as u64 {
            self.counts.failures += 1;
            self.bucket(place.0).failures += 1;
        }
    }

    #[inline]
    pub(super) fn counts(&mut self, now: Tick) -> WindowCounts {
        self.forget(now);
        self.counts
    }

    /// Empties the buckets that the time has come round to.
    #[inline]
    fn forget(&mut self, now: Tick) {
        let current = now.as_nanos() / self.width;
        let passed = current.saturating_sub(self.current).min(BUCKETS as u64);
        self.current = self.current.max(current);
        for back in 0..passed {
            let emptied = std::mem::take(self.bucket(self.current - back));
            self.counts.take_off(emptied);
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a remainder of eleven fits everywhere"
    )]
    fn bucket(&mut self, bucket: u64) -> &mut WindowCounts {
        &mut self.buckets[(bucket % BUCKETS as u64) as usize]
    }
}
