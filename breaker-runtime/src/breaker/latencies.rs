//! The latency histograms of one breaker. Each thread fills one without synchronization.

use std::time::Duration;

use once_cell::sync::OnceCell;

use super::thread_slots::{default_slice, slot, slots};
use crate::sync::AtomicU64;
use crate::sync::Ordering::Relaxed;
use crate::values::{BUCKETS, Latency, bucket_of};

/// The histograms of one breaker.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    calls: Histograms,
    /// The time until the first part of an answer that arrives in parts; allocated by the first one.
    heads: OnceCell<Box<Histograms>>,
}

/// One histogram for each thread.
#[derive(Debug)]
struct Histograms {
    /// One for each slot, allocated when its thread first ends a call, and a last one for threads without a slot.
    all: Box<[OnceCell<Box<Counts>>]>,
}

/// One histogram.
///
/// Only the thread that owns the slot writes it; threads without a slot add to theirs atomically. `Relaxed`
/// suffices: no word publishes anything but itself.
#[derive(Debug)]
struct Counts {
    buckets: [AtomicU64; BUCKETS],
    /// The sum of all durations, in nanoseconds.
    sum: AtomicU64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            buckets: std::array::from_fn(|_| AtomicU64::new(0)),
            sum: AtomicU64::new(0),
        }
    }
}

impl Default for Histograms {
    fn default() -> Self {
        Self {
            all: default_slice(slots() + 1),
        }
    }
}

impl Latencies {
    /// Adds a call that took `nanos` nanoseconds.
    pub(crate) fn add(&self, nanos: u64) {
        self.calls.add(nanos);
    }

    /// Adds an answer whose first part arrived after `nanos` nanoseconds.
    #[cfg(any(feature = "http", feature = "stream"))]
    pub(crate) fn add_head(&self, nanos: u64) {
        self.heads.get_or_init(Box::default).add(nanos);
    }

    /// Returns how long calls took.
    pub(crate) fn read(&self) -> Latency {
        self.calls.read()
    }

    /// Returns how long the first parts of answers took, if there were any.
    pub(crate) fn read_heads(&self) -> Option<Latency> {
        self.heads.get().map(|heads| heads.read())
    }
}

impl Histograms {
    fn add(&self, nanos: u64) {
        let shared = self.all.len() - 1;
        let own = slot();
        let counts = self.all[own.min(shared)].get_or_init(Box::default);
        let words = [(&counts.buckets[bucket_of(nanos)], 1), (&counts.sum, nanos)];
        for (word, more) in words {
            if own < shared {
                word.store(word.load(Relaxed).wrapping_add(more), Relaxed);
            } else {
                word.fetch_add(more, Relaxed);
            }
        }
    }

    /// Returns the sum of all histograms.
    fn read(&self) -> Latency {
        let (mut calls, mut sum) = (vec![0; BUCKETS], Duration::ZERO);
        for counts in self.all.iter().filter_map(OnceCell::get) {
            for (calls, bucket) in calls.iter_mut().zip(&counts.buckets) {
                *calls += bucket.load(Relaxed);
            }
            sum += Duration::from_nanos(counts.sum.load(Relaxed));
        }
        Latency::new(calls, sum)
    }
}

#[cfg(test)]
mod tests;
