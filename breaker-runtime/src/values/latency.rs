//! A histogram of call durations.
//!
//! Each doubling of the duration has eight buckets, so a bucket is at most an eighth wider than its lower end.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "fleet")]
use crate::time::nanos;

/// Durations are measured in units of 256 ns.
const UNIT_SHIFT: u32 = 8;
/// Each doubling has eight buckets.
const STEP_SHIFT: u32 = 3;
const STEPS: usize = 1 << STEP_SHIFT;
/// The last bucket ends at 2^32 units, which is 18 minutes.
const LONGEST: u64 = (1 << 32) - 1;
/// The number of buckets.
pub(crate) const BUCKETS: usize = 30 * STEPS;

/// Returns the index of the bucket for a duration.
#[expect(clippy::cast_possible_truncation, reason = "there are 240 buckets")]
pub(crate) fn bucket_of(nanos: u64) -> usize {
    let units = (nanos >> UNIT_SHIFT).min(LONGEST);
    let doublings = (units | (STEPS as u64 - 1)).ilog2() - (STEP_SHIFT - 1);
    let doublings = doublings.saturating_sub(1);
    (u64::from(doublings) << STEP_SHIFT) as usize + (units >> doublings) as usize
}

/// Returns the end of a bucket in nanoseconds: the first duration that is too long for it.
fn end(bucket: usize) -> u64 {
    let next = bucket + 1;
    let doublings = (next >> STEP_SHIFT).saturating_sub(1);
    (((next - (doublings << STEP_SHIFT)) as u64) << doublings) << UNIT_SHIFT
}

/// A histogram of call durations.
///
/// It contains the calls that ended with an outcome while the setting `latency` was on.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry};
///
/// let mail = Registry::new().get_or_create("mail", Config::new().latency(true))?;
/// mail.call(|| Ok::<_, ()>(1)).expect("it is closed");
///
/// let latency = mail.snapshot().latency.expect("it is kept");
/// assert_eq!(latency.count(), 1);
/// assert!(latency.quantile(0.99).is_some());
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Latency {
    counts: Vec<u64>,
    sum: Duration,
}

/// A histogram without calls.
impl Default for Latency {
    fn default() -> Self {
        Self::new(vec![0; BUCKETS], Duration::ZERO)
    }
}

impl Latency {
    /// Makes a histogram from the counts of its [`BUCKETS`] and the sum of all durations.
    pub(crate) fn new(counts: Vec<u64>, sum: Duration) -> Self {
        debug_assert_eq!(counts.len(), BUCKETS);
        Self { counts, sum }
    }

    /// Adds one duration.
    #[cfg(feature = "fleet")]
    pub(crate) fn record(&mut self, duration: Duration) {
        self.counts[bucket_of(nanos(duration))] += 1;
        self.sum = self.sum.saturating_add(duration);
    }

    /// Returns the number of calls.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns the sum of all durations.
    pub fn sum(&self) -> Duration {
        self.sum
    }

    /// Returns the duration that this share of the calls did not exceed; 0.5 is the median.
    ///
    /// `share` is clamped to 0.0..=1.0. The result is the end of a bucket, so it is too long by at most an
    /// eighth or 256 ns, whichever is more. Calls longer than 18 minutes count as 18 minutes. Returns `None` if
    /// there were no calls.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let (count, mut seen) = (self.count(), 0);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share that is off by one in 2^53 falls into the same bucket"
        )]
        let rank = ((share.clamp(0.0, 1.0) * count as f64).ceil() as u64).clamp(1, count.max(1));
        let mut buckets = self.buckets();
        let (end, _) = buckets.find(|(_, calls)| {
            seen += calls;
            seen >= rank
        })?;
        Some(end)
    }

    /// Returns the buckets that contain calls, in ascending order, each as its end and its number of calls.
    pub fn buckets(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let filled = self.filled();
        filled.map(|(bucket, calls)| (Duration::from_nanos(end(bucket)), calls))
    }

    /// Returns the calls that ended after an earlier reading of the same breaker.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let pager = Registry::new().get_or_create("pager", Config::new().latency(true))?;
    /// let latency = || pager.snapshot().latency.expect("it is kept");
    /// pager.call(|| Ok::<_, ()>(1)).expect("it is closed");
    ///
    /// let earlier = latency();
    /// pager.call(|| Ok::<_, ()>(2)).expect("it is closed");
    /// assert_eq!(latency().since(&earlier).count(), 1);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let counts = self.counts.iter().zip(&earlier.counts);
        let more = counts.map(|(calls, before)| calls.saturating_sub(*before));
        Self::new(more.collect(), self.sum.saturating_sub(earlier.sum))
    }

    /// Returns the indices of the buckets that contain calls, in ascending order, and their numbers of calls.
    pub(crate) fn filled(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let counts = self.counts.iter().copied().enumerate();
        counts.filter(|(_, calls)| *calls > 0)
    }

    /// Returns the buckets that contain calls, in ascending order: where each begins and ends, and its number of calls.
    /// The first of all begins at half of the unit, so that each has a logarithm.
    #[cfg(feature = "admin")]
    pub(crate) fn bars(&self) -> impl Iterator<Item = (Duration, Duration, u64)> + '_ {
        self.filled().map(|(bucket, calls)| {
            let begin = bucket.checked_sub(1).map_or(1 << (UNIT_SHIFT - 1), end);
            let (begin, end) = (
                Duration::from_nanos(begin),
                Duration::from_nanos(end(bucket)),
            );
            (begin, end, calls)
        })
    }

    /// Adds the calls of another histogram.
    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, more) in self.counts.iter_mut().zip(&other.counts) {
            *sum += more;
        }
        self.sum += other.sum;
    }
}

/// Lists the buckets that contain calls.
#[expect(
    clippy::missing_fields_in_debug,
    reason = "the buckets show the counts"
)]
impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latency")
            .field("sum", &self.sum)
            .field("buckets", &Buckets(self))
            .finish()
    }
}

/// Shows the buckets as a map.
struct Buckets<'a>(&'a Latency);

impl fmt::Debug for Buckets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.buckets()).finish()
    }
}

#[cfg(test)]
mod tests;
