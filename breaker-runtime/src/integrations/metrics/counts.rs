//! The values of all counters of one name.

use std::collections::BTreeMap;
use std::time::Duration;

use super::series::{
    CALLS, FALLBACKS, OPEN_SECONDS, REJECTED, SLOW_CALLS, STALE, TRANSITIONS, UNLISTED_CALLS,
};
use crate::breaker::Snapshot;
use crate::values::{KeyStats, Reason, RejectionReason, State, Totals, TransitionCount};

/// The labels other than `breaker`.
type Labels = Vec<(&'static str, &'static str)>;

/// Every possible transition; each is written as 0 before it first happens.
const POSSIBLE_TRANSITIONS: [(State, State, Reason); 14] = [
    (State::Closed, State::Open, Reason::FailuresInARow),
    (State::Closed, State::Open, Reason::MaxFailures),
    (State::Closed, State::Open, Reason::FailureRate),
    (State::Closed, State::Open, Reason::SlowRate),
    (State::Closed, State::Open, Reason::Tripped),
    (State::Open, State::HalfOpen, Reason::OpenPeriodEnded),
    (State::HalfOpen, State::Closed, Reason::ProbesSucceeded),
    (State::HalfOpen, State::Open, Reason::ProbeFailed),
    (State::HalfOpen, State::Open, Reason::ProbeSlow),
    (State::HalfOpen, State::Open, Reason::ProbeTimedOut),
    (State::HalfOpen, State::Open, Reason::ProbesCancelled),
    (State::HalfOpen, State::Open, Reason::Tripped),
    (State::Open, State::Closed, Reason::Reset),
    (State::HalfOpen, State::Closed, Reason::Reset),
];

/// The value of each counter with its labels.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    values: BTreeMap<(&'static str, Labels), u64>,
    /// Kept exactly, so that fractions of a second add up.
    open_time: Duration,
}

impl Counts {
    /// Adds up what a breaker and the breakers by key of its name counted.
    pub(super) fn new(snapshot: &Snapshot, keys: Option<&KeyStats>) -> Self {
        let mut counts = Self::default();
        for (from, to, reason) in POSSIBLE_TRANSITIONS {
            counts.add_transitions(from, to, reason, 0);
        }
        counts.add_totals(&snapshot.totals, &snapshot.transitions);
        if let Some(keys) = keys {
            counts.add_totals(&keys.totals, &keys.transitions);
            counts.add_to(UNLISTED_CALLS.name, &[], keys.unlisted);
        }
        counts
    }

    fn add_totals(&mut self, totals: &Totals, transitions: &[TransitionCount]) {
        for (outcome, calls) in [
            ("success", totals.successes),
            ("failure", totals.failures),
            ("ignored", totals.ignored),
            ("cancelled", totals.cancelled),
        ] {
            self.add_to(CALLS.name, &[("outcome", outcome)], calls);
        }
        self.add_to(SLOW_CALLS.name, &[], totals.slow);
        self.add_to(STALE.name, &[], totals.stale);
        let rejections = &totals.rejections;
        for (reason, rejected) in [
            (RejectionReason::Open, rejections.open),
            (RejectionReason::HalfOpenFull, rejections.half_open_full),
            (RejectionReason::Ramp, rejections.ramp),
            (RejectionReason::Forced, rejections.forced),
        ] {
            self.add_to(REJECTED.name, &[("reason", reason.as_str())], rejected);
        }
        for (result, answers) in [
            ("success", totals.fallback_successes),
            ("failure", totals.fallback_failures),
        ] {
            self.add_to(FALLBACKS.name, &[("result", result)], answers);
        }
        for it in transitions {
            self.add_transitions(it.from, it.to, it.reason, it.count);
        }
        self.open_time = self.open_time.saturating_add(totals.open_time);
    }

    fn add_transitions(&mut self, from: State, to: State, reason: Reason, count: u64) {
        let labels = [
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("reason", reason.as_str()),
        ];
        self.add_to(TRANSITIONS.name, &labels, count);
    }

    fn add_to(&mut self, name: &'static str, labels: &[(&'static str, &'static str)], more: u64) {
        *self.values.entry((name, labels.to_vec())).or_default() += more;
    }

    /// Adds the values of `others`.
    pub(super) fn add(&mut self, others: &Self) {
        for (counter, more) in &others.values {
            *self.values.entry(counter.clone()).or_default() += more;
        }
        self.open_time = self.open_time.saturating_add(others.open_time);
    }

    /// Raises each counter to its value in a later reading.
    ///
    /// A value that is lower there stays as it is, so that no counter ever decreases.
    pub(super) fn raise(&mut self, later: Self) {
        for (counter, value) in later.values {
            let known = self.values.entry(counter).or_default();
            *known = value.max(*known);
        }
        self.open_time = self.open_time.max(later.open_time);
    }

    /// Returns every counter with its labels and its value.
    pub(super) fn each(
        &self,
    ) -> impl Iterator<Item = (&'static str, &[(&'static str, &'static str)], u64)> {
        let values = self.values.iter();
        let values = values.map(|((name, labels), value)| (*name, labels.as_slice(), *value));
        let open_seconds = (OPEN_SECONDS.name, [].as_slice(), self.open_time.as_secs());
        values.chain([open_seconds])
    }
}
