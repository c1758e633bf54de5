//! Counts that outlive the stay in which they were made.

/// The counts of a stay in one phase, which are kept when the stay ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StayCounts {
    /// The number of calls that were judged as failures only because they were slow.
    pub(crate) slow_failures: u64,
    /// The number of probes that exceeded `probe_timeout`.
    pub(crate) silent_probes: u64,
    /// The number of probes that were admitted.
    pub(crate) probes: u64,
}

impl StayCounts {
    pub(super) fn add(&mut self, other: Self) {
        self.slow_failures += other.slow_failures;
        self.silent_probes += other.silent_probes;
        self.probes += other.probes;
    }
}
