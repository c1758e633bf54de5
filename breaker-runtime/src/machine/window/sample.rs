//! Samples and their counts.

use crate::values::FailureKind;

/// How one call went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) failed: Option<FailureKind>,
    pub(crate) slow: bool,
}

/// The numbers of calls, failures and slow calls in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WindowCounts {
    pub(crate) calls: u64,
    pub(crate) failures: u32,
    pub(crate) slow: u32,
}

/// Identifies a sample, so that it can be marked as failed later: by its number, or in a time window by its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SampleIndex(pub(super) u64);

impl WindowCounts {
    pub(super) fn add(&mut self, sample: Sample) {
        self.calls += 1;
        self.failures = self.failures.saturating_add(sample.failed.is_some().into());
        self.slow = self.slow.saturating_add(sample.slow.into());
    }

    pub(super) fn subtract(&mut self, other: Self) {
        self.calls -= other.calls;
        self.failures = self.failures.saturating_sub(other.failures);
        self.slow = self.slow.saturating_sub(other.slow);
    }

    /// Returns the share of failures, if there are at least `min_calls` calls.
    pub(crate) fn failure_rate(&self, min_calls: u32) -> Option<f64> {
        self.rate(self.failures, min_calls)
    }

    /// Returns the share of slow calls, if there are at least `min_calls` calls.
    pub(crate) fn slow_rate(&self, min_calls: u32) -> Option<f64> {
        self.rate(self.slow, min_calls)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate of more than 2^52 calls is exact enough"
    )]
    fn rate(&self, part: u32, min_calls: u32) -> Option<f64> {
        (self.calls >= u64::from(min_calls)).then(|| f64::from(part) / self.calls as f64)
    }
}
