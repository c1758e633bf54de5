//! Intervals, and the time between two samples.

use std::time::Duration;

/// The length of an interval.
pub(super) const INTERVAL: Duration = Duration::from_secs(5);
/// The number of intervals in a minute.
pub(super) const MINUTE: usize = 12;
/// The number of intervals that are kept: ten minutes.
pub(super) const KEPT: usize = 120;

/// Returns how long the intervals last that are kept.
pub(super) fn past() -> Duration {
    duration_of(KEPT)
}

pub(super) fn duration_of(intervals: usize) -> Duration {
    INTERVAL.saturating_mul(u32::try_from(intervals).unwrap_or(u32::MAX))
}

/// The numbers of calls, failures, rejected calls and slow calls.
pub(super) type Counts<T> = [T; 4];

/// The time between two samples, in which at least one interval has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) length: Duration,
    /// The time until the first of the intervals ended.
    pub(super) first_end: Duration,
    /// The number of intervals that have ended.
    pub(super) ended: u64,
}

impl Span {
    /// Returns how much of `count`, which was counted in this time, belongs to the part before the nth interval ended.
    pub(super) fn until_end(self, nth: u64, count: u64) -> u64 {
        let intervals = u128::from(nth).saturating_mul(INTERVAL.as_nanos());
        let part = self.first_end.as_nanos().saturating_add(intervals);
        let until_end = part.saturating_mul(count.into()) / self.length.as_nanos().max(1);
        u64::try_from(until_end).unwrap_or(count).min(count)
    }
}
