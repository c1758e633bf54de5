//! The latencies of the last minute.

use std::collections::VecDeque;
use std::time::Duration;

use super::interval::MINUTE;
use crate::values::{BUCKETS, Latency};

/// The latencies of one name.
#[derive(Debug)]
pub(super) struct Latencies {
    /// The histogram at the last sample.
    last: Latency,
    /// The last interval is at the end.
    intervals: VecDeque<Interval>,
}

/// The latencies of one interval: buckets and their numbers of calls. Most buckets are empty.
type Interval = Box<[(u8, u32)]>;

impl Latencies {
    pub(super) fn new(present: Latency) -> Self {
        Self {
            last: present,
            intervals: VecDeque::new(),
        }
    }

    /// Adds a reading after a number of intervals has ended. All calls since the last reading belong to the last of
    /// these intervals.
    pub(super) fn add(&mut self, present: &Latency, ended: u64) {
        let before_last = usize::try_from(ended.saturating_sub(1)).unwrap_or(MINUTE);
        for _ in 0..before_last.min(MINUTE) {
            self.push(Interval::default());
        }
        let more = present.since(&self.last);
        let more = more.filled().filter_map(|(bucket, calls)| {
            let calls = u32::try_from(calls).unwrap_or(u32::MAX);
            Some((u8::try_from(bucket).ok()?, calls))
        });
        self.push(more.collect());
        self.last.clone_from(present);
    }

    fn push(&mut self, interval: Interval) {
        if self.intervals.len() == MINUTE {
            self.intervals.pop_front();
        }
        self.intervals.push_back(interval);
    }

    pub(super) fn forget_past(&mut self) {
        self.intervals.clear();
    }

    /// Returns the latencies of the last minute, without the sum of the durations.
    pub(super) fn recent(&self) -> Latency {
        let mut counts = vec![0; BUCKETS];
        for (bucket, calls) in self.intervals.iter().flatten() {
            counts[usize::from(*bucket)] += u64::from(*calls);
        }
        Latency::new(counts, Duration::ZERO)
    }
}

/// The latencies of a name that had none before.
impl Default for Latencies {
    fn default() -> Self {
        Self::new(Latency::new(vec![0; BUCKETS], Duration::ZERO))
    }
}
