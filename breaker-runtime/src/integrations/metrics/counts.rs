//! What the counters of one name stand at.

use std::collections::BTreeMap;
use std::time::Duration;

use super::series::{
    CALLS, FALLBACKS, OPEN_SECONDS, REJECTED, SLOW_CALLS, STALE, TRANSITIONS, UNLISTED_CALLS,
};
use crate::breaker::Snapshot;
use crate::values::KeyStats;
use crate::values::RejectionReason;
use crate::values::Totals;
use crate::values::TransitionCount;
use crate::values::{Reason, State};

/// The labels beside `breaker`.
type Labels = Vec<(&'static str, &'static str)>;

/// Every way in which a circuit changes its state; written before it happens first.
const WAYS: [(State, State, Reason); 14] = [
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

/// A value for each counter and its labels.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    values: BTreeMap<(&'static str, Labels), u64>,
    /// In full, so that what is left of a second is not lost.
    open_time: Duration,
}

impl Counts {
    /// What a breaker has counted, and with it those of all keys of its name.
    pub(super) fn new(snapshot: &Snapshot, keys: Option<&KeyStats>) -> Self {
        let mut counts = Self::default();
        for (from, to, reason) in WAYS {
            counts.transitions(from, to, reason, 0);
        }
        counts.take_in(&snapshot.totals, &snapshot.transitions);
        if let Some(keys) = keys {
            counts.take_in(&keys.totals, &keys.transitions);
            counts.count(UNLISTED_CALLS.name, &[], keys.unlisted);
        }
        counts
    }

    fn take_in(&mut self, totals: &Totals, transitions: &[TransitionCount]) {
        for (outcome, calls) in [
            ("success", totals.successes),
            ("failure", totals.failures),
            ("ignored", totals.ignored),
            ("cancelled", totals.cancelled),
        ] {
            self.count(CALLS.name, &[("outcome", outcome)], calls);
        }
        self.count(SLOW_CALLS.name, &[], totals.slow);
        self.count(STALE.name, &[], totals.stale);
        let rejections = &totals.rejections;
        for (reason, refused) in [
            (RejectionReason::Open, rejections.open),
            (RejectionReason::HalfOpenFull, rejections.half_open_full),
            (RejectionReason::Ramp, rejections.ramp),
            (RejectionReason::Forced, rejections.forced),
        ] {
            self.count(REJECTED.name, &[("reason", reason.as_str())], refused);
        }
        for (result, answers) in [
            ("success", totals.fallback_successes),
            ("failure", totals.fallback_failures),
        ] {
            self.count(FALLBACKS.name, &[("result", result)], answers);
        }
        for way in transitions {
            self.transitions(way.from, way.to, way.reason, way.count);
        }
        self.open_time = self.open_time.saturating_add(totals.open_time);
    }

    fn transitions(&mut self, from: State, to: State, reason: Reason, count: u64) {
        let labels = [
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("reason", reason.as_str()),
        ];
        self.count(TRANSITIONS.name, &labels, count);
    }

    fn count(&mut self, name: &'static str, labels: &[(&'static str, &'static str)], more: u64) {
        *self.values.entry((name, labels.to_vec())).or_default() += more;
    }

    /// Adds what others have counted.
    pub(super) fn add(&mut self, others: &Self) {
        for (counter, more) in &others.values {
            *self.values.entry(counter.clone()).or_default() += more;
        }
        self.open_time = self.open_time.saturating_add(others.open_time);
    }

    /// Takes over what a later look has found, and nothing back, whatever became of the breaker and
    /// its keys meanwhile.
    pub(super) fn raise(&mut self, later: Self) {
        for (counter, value) in later.values {
            let known = self.values.entry(counter).or_default();
            *known = value.max(*known);
        }
        self.open_time = self.open_time.max(later.open_time);
    }

    /// Every counter with its labels and its value.
    pub(super) fn each(
        &self,
    ) -> impl Iterator<Item = (&'static str, &[(&'static str, &'static str)], u64)> {
        let values = self.values.iter();
        let values = values.map(|((name, labels), value)| (*name, labels.as_slice(), *value));
        let open_seconds = (OPEN_SECONDS.name, [].as_slice(), self.open_time.as_secs());
        values.chain([open_seconds])
    }
}
