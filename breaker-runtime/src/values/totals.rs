//! The totals of a breaker since it was made.

use std::time::{Duration, SystemTime};

use super::failure::Failures;
use super::rejection::RejectionReason;

/// The totals of a breaker since it was made; no reset and no transition decreases them.
///
/// Each finished call is counted once, when it ends, by its classification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// The number of finished calls: the sum of `successes`, `failures`, `ignored` and `cancelled`.
    pub calls: u64,
    /// The number of calls that succeeded.
    pub successes: u64,
    /// The number of calls that failed; a panic is a failure.
    pub failures: u64,
    /// The numbers of failures by kind.
    ///
    /// `returned`, `panicked`, `timed_out` and `dropped` add up to `failures`. `slow` calls and `silent` probes are
    /// counted when they are judged, even while they are in flight. If such a call then fails in another way, it
    /// counts a second time, under that kind.
    pub failures_by_kind: Failures,
    /// The number of calls that say nothing about the dependency.
    pub ignored: u64,
    /// The number of calls that ended without an outcome, for example because their future was dropped.
    pub cancelled: u64,
    /// The number of calls that took at least `slow_call` and ended with an outcome.
    pub slow: u64,
    /// The number of calls that the breaker rejected; `calls` does not include them.
    pub rejected: u64,
    /// The numbers of rejected calls by reason.
    pub rejections: Rejections,
    /// The numbers of calls that would have been rejected, by reason, had the setting `shadow` been off.
    ///
    /// They were admitted, so `calls` includes them and `rejected` does not.
    pub would_reject: Rejections,
    /// The number of times that the circuit of a key would have opened and stayed closed, because as many keys were open
    /// as `max_open_share` allows.
    pub spared: u64,
    /// The number of calls that decided nothing, because they ended in a later generation than they began in.
    ///
    /// Only calls that ended with an outcome are counted.
    pub stale: u64,
    /// The number of fallback answers that are successes or ignored, by the function's own classification.
    pub fallback_successes: u64,
    /// The number of fallback answers that are failures; a panic is a failure.
    pub fallback_failures: u64,
    /// The number of times that the circuit opened.
    pub opens: u64,
    /// The number of times that the circuit became half open.
    pub half_opens: u64,
    /// The number of times that the circuit closed.
    pub closes: u64,
    /// How long the circuit has been open in total; overrides do not count.
    pub open_time: Duration,
    /// When the last call succeeded, or an earlier time if `last_success_is_lower_bound` is `true`.
    pub last_success_at: Option<SystemTime>,
    /// Whether calls have succeeded since `last_success_at`.
    ///
    /// If a success needs no clock otherwise, a thread dates only the first of every 64 successes, so that calls do not
    /// pay for the clock.
    pub last_success_is_lower_bound: bool,
    /// When the last call failed.
    pub last_failure_at: Option<SystemTime>,
    /// When the state last changed.
    pub last_transition_at: Option<SystemTime>,
}

impl Totals {
    /// Returns the totals without their dates.
    pub(crate) fn undated(self) -> Self {
        Self {
            last_success_at: None,
            last_success_is_lower_bound: false,
            last_failure_at: None,
            last_transition_at: None,
            ..self
        }
    }

    /// Adds the totals of another breaker.
    pub(crate) fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.successes += other.successes;
        self.failures += other.failures;
        self.failures_by_kind.add(&other.failures_by_kind);
        self.ignored += other.ignored;
        self.cancelled += other.cancelled;
        self.slow += other.slow;
        self.rejected += other.rejected;
        self.rejections.add(&other.rejections);
        self.would_reject.add(&other.would_reject);
        self.spared += other.spared;
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

/// The numbers of calls that a breaker rejected, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejections {
    /// The number of calls rejected because the circuit was open.
    pub open: u64,
    /// The number of calls rejected because the circuit was half open and all its probes were in flight.
    pub half_open_full: u64,
    /// The number of calls rejected because the circuit was ramping up and admitted only a share of the calls.
    pub ramp: u64,
    /// The number of calls rejected because an override held the circuit open.
    pub forced: u64,
    /// The number of calls rejected because another instance of the fleet probed the dependency.
    pub probed_elsewhere: u64,
    /// The number of calls rejected because `max_in_flight` calls were in flight.
    pub full: u64,
}

impl Rejections {
    /// Returns the number of all rejected calls.
    pub const fn all(&self) -> u64 {
        let by_circuit = self.open + self.half_open_full + self.ramp + self.probed_elsewhere;
        by_circuit + self.forced + self.full
    }

    /// Returns the number of calls rejected for this reason.
    pub const fn of(&self, reason: RejectionReason) -> u64 {
        match reason {
            RejectionReason::Open => self.open,
            RejectionReason::HalfOpenFull => self.half_open_full,
            RejectionReason::Ramp => self.ramp,
            RejectionReason::Forced => self.forced,
            RejectionReason::ProbedElsewhere => self.probed_elsewhere,
            RejectionReason::Full => self.full,
        }
    }

    pub(crate) fn of_mut(&mut self, reason: RejectionReason) -> &mut u64 {
        match reason {
            RejectionReason::Open => &mut self.open,
            RejectionReason::HalfOpenFull => &mut self.half_open_full,
            RejectionReason::Ramp => &mut self.ramp,
            RejectionReason::Forced => &mut self.forced,
            RejectionReason::ProbedElsewhere => &mut self.probed_elsewhere,
            RejectionReason::Full => &mut self.full,
        }
    }

    /// Adds the numbers of another breaker.
    pub(crate) fn add(&mut self, other: &Self) {
        for reason in RejectionReason::ALL {
            *self.of_mut(reason) += other.of(reason);
        }
    }
}
