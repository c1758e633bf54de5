//! The values of all counters of one breaker, or of several together.

use std::collections::BTreeMap;
use std::time::Duration;

use super::rows::{
    CALL_DURATION, CALLS, FAILURES, FALLBACKS, FLEET_ERRORS, FLEET_LAG, FLEET_ROUND_TRIPS,
    REJECTED, Row, SLOW_CALLS, SPARED, STALE, TIME_TO_HEAD, TRANSITIONS, UNLISTED_CALLS,
    WOULD_REJECT,
};
use crate::breaker::Snapshot;
use crate::time::nanos;
use crate::values::{
    FailureKind, FleetNumbers, KeyStats, Latency, Reason, RejectionReason, State, Totals,
    TransitionCount,
};

/// The labels other than the name and the key.
type Labels = Vec<(&'static str, &'static str)>;

/// Every possible transition; each is written as 0 before it first happens.
const POSSIBLE_TRANSITIONS: [(State, State, Reason); 18] = [
    (State::Closed, State::Open, Reason::FailuresInARow),
    (State::Closed, State::Open, Reason::MaxFailures),
    (State::Closed, State::Open, Reason::FailureRate),
    (State::Closed, State::Open, Reason::SlowRate),
    (State::Closed, State::Open, Reason::AllCancelled),
    (State::Closed, State::Open, Reason::TrippedByCall),
    (State::Closed, State::Open, Reason::Tripped),
    (State::Open, State::HalfOpen, Reason::OpenPeriodEnded),
    (State::HalfOpen, State::Closed, Reason::ProbesSucceeded),
    (State::HalfOpen, State::Closed, Reason::ProbesInconclusive),
    (State::HalfOpen, State::Open, Reason::ProbeFailed),
    (State::HalfOpen, State::Open, Reason::ProbeSlow),
    (State::HalfOpen, State::Open, Reason::ProbeTimedOut),
    (State::HalfOpen, State::Open, Reason::ProbesCancelled),
    (State::HalfOpen, State::Open, Reason::TrippedByCall),
    (State::HalfOpen, State::Open, Reason::Tripped),
    (State::Open, State::Closed, Reason::Reset),
    (State::HalfOpen, State::Closed, Reason::Reset),
];

/// The other possible transitions of a circuit that is shared by a fleet.
const TRANSITIONS_BY_FLEET: [(State, State, Reason); 4] = [
    (State::Closed, State::Open, Reason::Fleet),
    (State::HalfOpen, State::Open, Reason::Fleet),
    (State::Open, State::Closed, Reason::Fleet),
    (State::HalfOpen, State::Closed, Reason::Fleet),
];

/// The value of each counter with its labels, and the histograms of durations.
#[derive(Clone, Debug, Default)]
pub(in crate::integrations) struct Counts {
    values: BTreeMap<(&'static str, Labels), u64>,
    /// Kept exactly, so that fractions of a second add up.
    open_time: Duration,
    /// By the names of their series; those that have been measured, as those of calls are if the setting `latency` is or
    /// was on.
    durations: BTreeMap<&'static str, Durations>,
}

/// The durations of one series.
#[derive(Clone, Debug, Default)]
pub(in crate::integrations) struct Durations {
    /// The number of calls by the end of their bucket.
    calls: BTreeMap<Duration, u64>,
    sum: Duration,
}

impl Counts {
    /// Adds up the counts of a breaker and, for a name with keys, of the breakers of its keys.
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let mut counts = Self::default();
        let by_fleet = snapshot.config.shared.then_some(TRANSITIONS_BY_FLEET);
        let possible = POSSIBLE_TRANSITIONS.into_iter();
        for (from, to, reason) in possible.chain(by_fleet.into_iter().flatten()) {
            counts.add_transitions(from, to, reason, 0);
        }
        counts.add_totals(&snapshot.totals, &snapshot.transitions);
        counts.add_durations(&CALL_DURATION, snapshot.latency.as_ref());
        counts.add_durations(&TIME_TO_HEAD, snapshot.latency_to_head.as_ref());
        if let Some(keys) = &snapshot.key_stats {
            counts.add_keys(keys);
        }
        counts
    }

    /// Returns what an instance has counted in its fleet.
    pub(super) fn of_fleet(numbers: &FleetNumbers) -> Self {
        let mut counts = Self::default();
        counts.add_to(FLEET_ROUND_TRIPS.name, &[], numbers.round_trips);
        for (why, errors) in numbers.errors.by_kind() {
            counts.add_to(FLEET_ERRORS.name, &[("why", why)], errors);
        }
        counts.add_durations(&FLEET_LAG, Some(&numbers.lag));
        counts
    }

    fn add_keys(&mut self, keys: &KeyStats) {
        self.add_totals(&keys.totals, &keys.transitions);
        self.add_durations(&CALL_DURATION, keys.latency.as_ref());
        self.add_durations(&TIME_TO_HEAD, keys.latency_to_head.as_ref());
        self.add_to(UNLISTED_CALLS.name, &[], keys.unlisted);
        self.add_to(SPARED.name, &[], keys.totals.spared);
    }

    fn add_durations(&mut self, series: &Row, latency: Option<&Latency>) {
        if let Some(latency) = latency {
            let durations = self.durations.entry(series.name).or_default();
            for (end, calls) in latency.buckets() {
                *durations.calls.entry(end).or_default() += calls;
            }
            durations.sum = durations.sum.saturating_add(latency.sum());
        }
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
        for kind in FailureKind::ALL {
            let failures = totals.failures_by_kind.of(kind);
            self.add_to(FAILURES.name, &[("kind", kind.as_str())], failures);
        }
        self.add_to(SLOW_CALLS.name, &[], totals.slow);
        self.add_to(STALE.name, &[], totals.stale);
        for reason in RejectionReason::ALL {
            let labels = [("reason", reason.as_str())];
            self.add_to(REJECTED.name, &labels, totals.rejections.of(reason));
            self.add_to(WOULD_REJECT.name, &labels, totals.would_reject.of(reason));
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
        self.combine(others, |own, more| own + more);
    }

    /// Subtracts the values of `part`.
    pub(super) fn subtract(&mut self, part: &Self) {
        self.combine(part, u64::saturating_sub);
    }

    /// Raises each counter to its value in a later reading.
    ///
    /// A value that is lower there stays as it is, so that no counter ever decreases.
    pub(super) fn raise(&mut self, later: &Self) {
        self.combine(later, u64::max);
    }

    fn combine(&mut self, other: &Self, operation: fn(u64, u64) -> u64) {
        let both = |own: &mut u64, other: u64| *own = operation(*own, other);
        let times = |own: &mut Duration, other: Duration| {
            *own = Duration::from_nanos(operation(nanos(*own), nanos(other)));
        };
        for (counter, value) in &other.values {
            both(self.values.entry(counter.clone()).or_default(), *value);
        }
        times(&mut self.open_time, other.open_time);
        for (series, other) in &other.durations {
            let own = self.durations.entry(series).or_default();
            for (end, calls) in &other.calls {
                both(own.calls.entry(*end).or_default(), *calls);
            }
            times(&mut own.sum, other.sum);
        }
    }

    /// Returns the name of each counter, its labels and its value, without the time spent open.
    pub(in crate::integrations) fn each(
        &self,
    ) -> impl Iterator<Item = (&'static str, &[(&'static str, &'static str)], u64)> {
        let values = self.values.iter();
        values.map(|((name, labels), value)| (*name, labels.as_slice(), *value))
    }

    pub(in crate::integrations) fn open_time(&self) -> Duration {
        self.open_time
    }

    pub(in crate::integrations) fn durations(&self, series: &Row) -> Option<&Durations> {
        self.durations.get(series.name)
    }
}

impl Durations {
    /// Returns for each bucket that has calls its end, the duration in seconds that stands for its calls, and their
    /// number.
    ///
    /// 15/16 of the end lies in every bucket: the widest buckets are a ninth of their end wide. The narrowest that are
    /// wider than one unit are a sixteenth wide and begin there.
    pub(in crate::integrations) fn each(&self) -> impl Iterator<Item = (Duration, f64, u64)> {
        let calls = self.calls.iter();
        calls.map(|(end, calls)| (*end, end.as_secs_f64() * 15.0 / 16.0, *calls))
    }

    #[cfg(feature = "opentelemetry")]
    pub(in crate::integrations) fn sum(&self) -> Duration {
        self.sum
    }
}
