//! What was counted since a breaker was made.

use std::time::{Duration, SystemTime};

/// What a breaker has counted since it was made; no reset and no transition takes anything back.
///
/// Each finished call is counted once, when it ends, by its own classification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Finished calls: the sum of successes, failures, ignored and cancelled.
    pub calls: u64,
    /// Calls judged a success.
    pub successes: u64,
    /// Calls judged a failure; a panic is one.
    pub failures: u64,
    /// Calls judged to say nothing about the dependency.
    pub ignored: u64,
    /// Calls that ended without an outcome, such as a dropped future.
    pub cancelled: u64,
    /// Of the calls, those that took at least `slow_call` and ended with an outcome.
    pub slow: u64,
    /// Calls that the breaker refused; they are no calls.
    pub rejected: u64,
    /// The same by what refused them.
    pub rejections: Rejections,
    /// Of the calls, those that ended with an outcome in another generation than they began in, and
    /// decided nothing.
    pub stale: u64,
    /// Answers of the fallback that the function's own classification calls no failure.
    pub fallback_successes: u64,
    /// Answers of the fallback that are failures; a panic is one.
    pub fallback_failures: u64,
    /// Times that the circuit opened.
    pub opens: u64,
    /// Times that it began to let probes through.
    pub half_opens: u64,
    /// Times that it closed.
    pub closes: u64,
    /// How long it has been open, all stays together; overrides do not count.
    pub open_time: Duration,
    /// When a call succeeded last, or a time before that: see `last_success_is_lower_bound`.
    pub last_success_at: Option<SystemTime>,
    /// Whether calls have succeeded since `last_success_at`: while all is well only the first of
    /// every 64 successes of a thread is dated, so that no call pays for a clock.
    pub last_success_is_lower_bound: bool,
    /// When a call failed last.
    pub last_failure_at: Option<SystemTime>,
    /// When the state changed last.
    pub last_transition_at: Option<SystemTime>,
}

impl Totals {
    /// The same without dates.
    pub(crate) fn undated(self) -> Self {
        Self {
            last_success_at: None,
            last_success_is_lower_bound: false,
            last_failure_at: None,
            last_transition_at: None,
            ..self
        }
    }

    /// Adds what another breaker has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.successes += other.successes;
        self.failures += other.failures;
        self.ignored += other.ignored;
        self.cancelled += other.cancelled;
        self.slow += other.slow;
        self.rejected += other.rejected;
        self.rejections.open += other.rejections.open;
        self.rejections.half_open_full += other.rejections.half_open_full;
        self.rejections.ramp += other.rejections.ramp;
        self.rejections.forced += other.rejections.forced;
        self.stale += other.stale;
        self.fallback_successes += other.fallback_successes;
        self.fallback_failures += other.fallback_failures;
        self.opens += other.opens;
        self.half_opens += other.half_opens;
        self.closes += other.closes;
        self.open_time = self.open_time.saturating_add(other.open_time);
        self.last_success_at = self.last_success_at.max(other.last_success_at);
        self.last_success_is_lower_bound |= other.last_success_is_lower_bound;
        self.last_failure_at = self.last_failure_at.max(other.last_failure_at);
        self.last_transition_at = self.last_transition_at.max(other.last_transition_at);
    }
}

/// Calls that a breaker refused, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejections {
    /// The circuit was open.
    pub open: u64,
    /// It was half open and all its probes were in flight.
    pub half_open_full: u64,
    /// It had just closed and let only a share of the calls through.
    pub ramp: u64,
    /// An override held it open.
    pub forced: u64,
}

impl Rejections {
    /// Returns their sum.
    pub const fn all(&self) -> u64 {
        self.open + self.half_open_full + self.ramp + self.forced
    }
}
