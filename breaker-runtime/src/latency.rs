//! How long calls take: a histogram of fixed size, which each thread fills by itself.
//!
//! The buckets grow with what they hold: eight to each doubling, so that a bucket is at most an
//! eighth wider than its lower end.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use once_cell::sync::OnceCell;

use crate::slots::{places, slot, slots};
use crate::sync::AtomicU64;
use crate::sync::Ordering::Relaxed;

/// Durations are told apart in units of 256 ns.
const UNIT_SHIFT: u32 = 8;
/// Eight buckets to each doubling.
const STEP_SHIFT: u32 = 3;
const STEPS: usize = 1 << STEP_SHIFT;
/// The last doubling that has buckets ends at 2^32 units, which is 18 minutes.
const LONGEST: u64 = (1 << 32) - 1;
const BUCKETS: usize = 30 * STEPS;

/// The histograms of one breaker.
#[derive(Debug)]
pub(crate) struct Latencies {
    /// One for each slot, made when its thread ends a call first; and one that all others share.
    all: Box<[OnceCell<Box<Counts>>]>,
}

/// Written by the thread that owns the slot, or added to by all those that own none. `Relaxed`: each
/// word publishes nothing but itself.
#[derive(Debug)]
struct Counts {
    buckets: [AtomicU64; BUCKETS],
    /// All durations together, in nanoseconds.
    sum: AtomicU64,
}

impl Default for Counts {
    #[inline]
    fn default() -> Self {
        Self {
            buckets: std::array::from_fn(|_| AtomicU64::new(0)),
            sum: AtomicU64::new(0),
        }
    }
}

impl Latencies {
    pub(crate) fn new() -> Self {
        Self {
            all: places(slots() + 1),
        }
    }

    /// Counts a call that took so many nanoseconds.
    pub(crate) fn add(&self, nanos: u64) {
        let shared = self.all.len() - 1;
        let own = slot();
        let counts = self.all[own.min(shared)].get_or_init(Box::default);
        let words = [(&counts.buckets[bucket(nanos)], 1), (&counts.sum, nanos)];
        for (word, more) in words {
            if own < shared {
                word.store(word.load(Relaxed).wrapping_add(more), Relaxed);
            } else {
                word.fetch_add(more, Relaxed);
            }
        }
    }

    pub(crate) fn read(&self) -> Latency {
        let mut latency = Latency {
            counts: vec![0; BUCKETS],
            sum: Duration::ZERO,
        };
        for counts in self.all.iter().filter_map(OnceCell::get) {
            for (sum, bucket) in latency.counts.iter_mut().zip(&counts.buckets) {
                *sum += bucket.load(Relaxed);
            }
            latency.sum += Duration::from_nanos(counts.sum.load(Relaxed));
        }
        latency
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are 240 buckets")]
fn bucket(nanos: u64) -> usize {
    let units = (nanos >> UNIT_SHIFT).min(LONGEST);
    let doublings = (units | (STEPS as u64 - 1)).ilog2() - (STEP_SHIFT - 1);
    let doublings = doublings.saturating_sub(1);
    (u64::from(doublings) << STEP_SHIFT) as usize + (units >> doublings) as usize
}

/// The first duration, in nanoseconds, that is too long for this bucket.
fn end(bucket: usize) -> u64 {
    let next = bucket + 1;
    let doublings = (next >> STEP_SHIFT).saturating_sub(1);
    (((next - (doublings << STEP_SHIFT)) as u64) << doublings) << UNIT_SHIFT
}

/// How long calls took: those that ended with an outcome while the breaker kept a histogram.
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

impl Latency {
    /// Returns how many calls there were.
    #[inline]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns how long they took together.
    #[inline]
    pub fn sum(&self) -> Duration {
        self.sum
    }

    /// Returns how long the given share of the calls took at most: 0.5 asks for the median.
    ///
    /// The answer is the end of a bucket, so at most an eighth or 256 ns too long; calls of more than
    /// 18 minutes are taken for calls of that length. `None` if there were no calls.
    #[inline]
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

    /// Returns the buckets that hold calls, the shortest first: how long their calls took at most,
    /// and how many they were.
    #[inline]
    pub fn buckets(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let held = self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, calls)| **calls > 0);
        held.map(|(bucket, calls)| (Duration::from_nanos(end(bucket)), *calls))
    }

    /// Adds the calls of another breaker.
    #[inline]
    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, more) in self.counts.iter_mut().zip(&other.counts) {
            *sum += more;
        }
        self.sum += other.sum;
    }
}

/// Shows the buckets that hold calls.
#[expect(
    clippy::missing_fields_in_debug,
    reason = "the buckets are what it counts"
)]
impl fmt::Debug for Latency {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets: BTreeMap<_, _> = self.buckets().collect();
        f.debug_struct("Latency")
            .field("sum", &self.sum)
            .field("buckets", &buckets)
            .finish()
    }
}

#[cfg(test)]
mod tests;
