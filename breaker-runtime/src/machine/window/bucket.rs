//! One tenth of a window of time, in 24 bytes.

use super::sample::{Sample, WindowCounts};
use crate::values::{FailureKind, Failures};

/// The counts of one bucket.
///
/// A window of time has eleven buckets, so the numbers are only as wide as necessary. The number of calls has 48 bits,
/// those of all failures and of slow calls have 32 bits, and that of each kind of failure has 16 bits and stops at its
/// maximum.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    failures: u32,
    slow: u32,
    calls_low: u32,
    calls_high: u16,
    kinds: [u16; 5],
}

const _: () = assert!(size_of::<Bucket>() == 24, "a window has eleven");

impl Bucket {
    pub(super) fn counts(self) -> WindowCounts {
        WindowCounts {
            calls: self.calls(),
            failures: self.failures,
            slow: self.slow,
        }
    }

    fn calls(self) -> u64 {
        u64::from(self.calls_high) << 32 | u64::from(self.calls_low)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the two parts of a number")]
    pub(super) fn add_calls(&mut self, calls: u64) {
        let calls = self.calls() + calls;
        (self.calls_low, self.calls_high) = (calls as u32, (calls >> 32) as u16);
    }

    pub(super) fn add(&mut self, sample: Sample) {
        self.add_calls(1);
        self.slow = self.slow.saturating_add(sample.slow.into());
        if let Some(kind) = sample.failed {
            self.add_failure(kind);
        }
    }

    pub(super) fn add_failure(&mut self, kind: FailureKind) {
        self.failures = self.failures.saturating_add(1);
        if let Some(count) = self.kinds.get_mut(kind as usize) {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn add_failures_to(self, sum: &mut Failures) {
        let [returned, panicked, timed_out, dropped, slow] = self.kinds.map(u64::from);
        sum.add(&Failures {
            returned,
            panicked,
            timed_out,
            dropped,
            slow,
            silent: 0,
        });
    }
}
