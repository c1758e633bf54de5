//! The reference model: the machine's rules, written as naively as they read, over lists that only grow.
//!
//! [`tests`] plays random steps on the machine and on this model and compares them after each step. The tests of the
//! breaker compare a whole breaker with it.

mod calls;
mod declared;
mod fleet;
mod notice;
mod steps;

use std::time::Duration;

pub(crate) use self::calls::is_answer;
pub(crate) use self::steps::{
    FleetStep, Step, dropped, forced, other_settings, settings, steps, units,
};
use super::{ForcedKind, WindowCounts};
use crate::config::{Settings, Window};
use crate::time::Tick;
use crate::values::{FailureCounts, FailureKind, Failures, RejectionReason, Rejections, State};

/// Everything that has happened to a circuit, evaluated from the beginning at each query.
#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) settings: Settings,
    pub(crate) now: Tick,
    pub(crate) state: State,
    pub(crate) generation: u64,
    /// When the present generation began.
    since: Tick,
    openings: u32,
    /// The length of this stay in the open state, and when its period ends.
    open_for: Duration,
    open_until: Tick,
    /// The length of the last opening by a rule, by hand or by the fleet.
    last_period: Duration,
    /// Until when an open circuit waits for the probes of another instance.
    wait_until: Option<Tick>,
    /// Until when another instance probes, as last heard.
    probed_until: Option<Tick>,
    /// How long the circuit waits after a lease.
    hold: Duration,
    /// Until when this instance probes for the fleet.
    leased_until: Option<Tick>,
    /// When the circuit closes because the fleet has closed.
    closes_at: Option<Tick>,
    /// What the fleet forces, and until when.
    fleet: Option<(ForcedKind, Option<Tick>)>,
    /// What a person forces, and until when.
    person: Option<(ForcedKind, Option<Tick>)>,
    /// What a file forces.
    file: Option<ForcedKind>,
    /// Every call that was admitted.
    pub(crate) calls: Vec<Call>,
    /// The samples of this closed stay, in the order in which they were added.
    samples: Vec<Sample>,
    /// The first sample of the window in force; samples before it belonged to an earlier window.
    window_from: usize,
    /// The failures (with their kinds) and successes of this closed stay, in order.
    row: Vec<Option<FailureKind>>,
    /// The answers of any stay and the dropped calls of this closed stay, in order: `true` is a dropped call.
    drops: Vec<bool>,
    /// The outcomes of the probes of this half-open stay, in order.
    probes: Vec<ProbeOutcome>,
    /// When outages began and ended.
    pub(crate) outages_begun: Vec<Tick>,
    pub(crate) outages_ended: Vec<Tick>,
    /// The number of calls that were judged as failures only because they were slow.
    pub(crate) slow_failures: u64,
    pub(crate) silent_probes: u64,
    /// How many keys there are, and how many of the other keys are open, for the circuit of a key.
    pub(crate) other_keys: Option<(usize, usize)>,
    pub(crate) spared: u64,
    /// Why calls would have been rejected that shadow has admitted.
    pub(crate) would_reject: Vec<&'static str>,
    /// When the ramp of this closed stay began, and when calls requested permission during it.
    ramp: Option<(Tick, Vec<Tick>)>,
}

#[derive(Clone, Copy)]
struct Sample {
    at: Tick,
    failed: Option<FailureKind>,
    slow: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    Call,
    Probe,
    Uncounted,
}

#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) generation: u64,
    role: Role,
    pub(crate) began: Tick,
    /// When the call began, or last made progress.
    heard: Tick,
    in_flight: bool,
    /// Whether it holds a place while it is in flight (R31).
    place: bool,
    /// The sample that was added while the call was in flight.
    noticed: Option<usize>,
    /// Whether the call is a probe that counted as failed while in flight.
    counted: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum ProbeOutcome {
    Success,
    Failure(FailureKind),
    Cancelled,
    Ignored,
}

/// Returns what the model calls a reason.
pub(crate) fn label(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::HalfOpenFull => "full",
        RejectionReason::ProbedElsewhere => "elsewhere",
        RejectionReason::Full => "no_place",
        other => other.as_str(),
    }
}

/// Returns how many calls would have been rejected, by what the model calls the reasons.
pub(crate) fn would_reject(counts: &Rejections) -> Vec<(&'static str, u64)> {
    let counts = RejectionReason::ALL.map(|reason| (label(reason), counts.of(reason)));
    counts.into()
}

fn failure_counts(kinds: impl IntoIterator<Item = FailureKind>) -> FailureCounts {
    let mut counts = FailureCounts::default();
    kinds.into_iter().for_each(|kind| counts.add(kind));
    counts
}

impl Model {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            now: Tick::default(),
            state: State::Closed,
            generation: 0,
            since: Tick::default(),
            openings: 0,
            open_for: Duration::ZERO,
            open_until: Tick::default(),
            last_period: Duration::ZERO,
            wait_until: None,
            probed_until: None,
            hold: Duration::ZERO,
            leased_until: None,
            closes_at: None,
            fleet: None,
            person: None,
            file: None,
            calls: Vec::new(),
            samples: Vec::new(),
            window_from: 0,
            row: Vec::new(),
            drops: Vec::new(),
            probes: Vec::new(),
            outages_begun: Vec::new(),
            outages_ended: Vec::new(),
            slow_failures: 0,
            silent_probes: 0,
            other_keys: None,
            spared: 0,
            would_reject: Vec::new(),
            ramp: None,
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
        self.since = self.now;
        self.samples.clear();
        self.window_from = 0;
        self.row.clear();
        self.drops.clear();
        self.probes.clear();
        self.ramp = None;
        self.wait_until = None;
        self.probed_until = None;
        self.leased_until = None;
        self.closes_at = None;
    }

    fn enter_open(&mut self, period: Duration) {
        self.enter(State::Open);
        self.open_for = period;
        self.open_until = self.now.after(period);
    }

    /// Returns when the present outage ends if the circuit stays closed.
    fn outage_end(&self) -> Option<Tick> {
        let calm_from = match self.settings.ramp {
            Some(time) if self.ramp.is_some() => self.since.after(time),
            _ => self.since,
        };
        let ends = self.state == State::Closed && self.openings > 0;
        ends.then(|| calm_from.after(self.settings.open_for))
    }

    fn end_outage(&mut self) {
        if self.openings > 0 {
            self.openings = 0;
            self.outages_ended.push(self.now);
        }
    }

    fn open(&mut self, hint: Option<Duration>) {
        if self.openings == 0 {
            self.outages_begun.push(self.now);
        }
        self.openings += 1;
        let mut period = self.settings.open_for;
        for _ in 1..self.openings.min(64) {
            period = (period * 2).min(self.settings.max_open_for);
        }
        self.last_period = period
            .max(hint.unwrap_or_default())
            .min(self.settings.max_open_for);
        self.enter_open(self.last_period);
    }

    /// Opens the circuit because a rule is met or a call trips it, unless enough other keys are open (R32).
    fn open_by_call(&mut self, hint: Option<Duration>) {
        let most = self.settings.max_open_share.zip(self.other_keys);
        let spared = most.is_some_and(|(share, (keys, open))| {
            let most = (1..=keys)
                .rev()
                .find(|most| *most as f64 <= share * keys as f64 + 1e-9);
            self.state == State::Closed && open + 1 > most.unwrap_or(1)
        });
        if spared {
            self.spared += 1;
        } else {
            self.open(hint);
        }
    }

    /// Opens the circuit for the period that went before, because probes were cancelled.
    fn repeat_period(&mut self) {
        self.last_period = self.last_period.min(self.settings.max_open_for);
        self.enter_open(self.last_period);
    }

    fn in_window(&self, number: usize, sample: &Sample) -> bool {
        if number < self.window_from {
            return false;
        }
        match self.settings.window {
            None => false,
            Some(Window::Calls(calls)) => self.samples.len() - number <= calls as usize,
            Some(Window::Time(time)) => {
                let tenth = u64::try_from(time.as_nanos()).unwrap().div_ceil(10);
                self.now.as_nanos() / tenth - sample.at.as_nanos() / tenth <= 10
            }
        }
    }

    pub(crate) fn trip(&mut self) {
        self.notice();
        if self.state != State::Open || self.closes_at.is_some() {
            self.open(None);
        }
    }

    pub(crate) fn reset(&mut self) {
        self.notice();
        self.enter(State::Closed);
        self.end_outage();
    }

    pub(crate) fn force(&mut self, kind: ForcedKind, ttl: Option<u64>) {
        self.notice();
        self.person = Some((kind, ttl.map(|ttl| self.now.after(units(ttl)))));
    }

    pub(crate) fn clear(&mut self) {
        self.notice();
        self.person = None;
    }

    pub(crate) fn force_by_file(&mut self, kind: Option<ForcedKind>) {
        self.notice();
        self.file = kind;
    }

    /// Returns the override in force: a person's before a file's before the fleet's.
    pub(crate) fn forced(&self) -> Option<(ForcedKind, Option<Tick>)> {
        let file = self.file.map(|kind| (kind, None));
        self.person.or(file).or(self.fleet)
    }

    /// Puts other settings in force (R16); a different window begins empty.
    pub(crate) fn configure(&mut self, settings: Settings) {
        self.notice();
        if settings.window != self.settings.window {
            self.window_from = self.samples.len();
        }
        if settings.cancelled_in_a_row.is_none() {
            self.drops.clear();
        }
        self.settings = settings;
        if self.outage_end().is_some_and(|end| self.now >= end) {
            self.notice_slow_calls();
            if self.state == State::Closed {
                self.end_outage();
            } else {
                self.notice();
            }
        }
    }

    /// Returns how long to wait before the next attempt.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self.forced() {
            Some((ForcedKind::Open, until)) => until.map(|until| until.since(self.now)),
            Some((ForcedKind::Closed, _)) => None,
            None if self.state != State::Open || self.settings.shadow => None,
            None if self.waits() => {
                let rest = |until: Option<Tick>| until.map(|until| until.since(self.now));
                let heard = rest(self.probed_until).filter(|rest| !rest.is_zero());
                rest(self.wait_until).min(heard.or(Some(Duration::from_secs(1))))
            }
            None => Some(self.open_until.since(self.now)),
        }
    }

    /// Returns how many calls would have been rejected, by reason.
    pub(crate) fn would_have_rejected(&self) -> Vec<(&'static str, u64)> {
        let of = |reason| self.would_reject.iter().filter(|it| **it == reason).count() as u64;
        let labels = RejectionReason::ALL.map(label);
        labels.map(|reason| (reason, of(reason))).into()
    }

    /// Returns the state as callers see it.
    pub(crate) fn met(&self) -> State {
        match self.forced() {
            Some((kind, _)) => kind.state(),
            None if self.settings.shadow => State::Closed,
            None => self.state,
        }
    }

    pub(crate) fn counts(&self) -> WindowCounts {
        let counts = |(number, sample): &(usize, &Sample)| self.in_window(*number, sample);
        let samples: Vec<_> = self.samples.iter().enumerate().filter(counts).collect();
        WindowCounts {
            calls: samples.len() as u64,
            failures: samples
                .iter()
                .filter(|(_, sample)| sample.failed.is_some())
                .count() as u32,
            slow: samples.iter().filter(|(_, sample)| sample.slow).count() as u32,
        }
    }

    /// Returns the failures in the window, by kind.
    pub(crate) fn window_failures(&self) -> Failures {
        let counts = |(number, sample): &(usize, &Sample)| self.in_window(*number, sample);
        let samples = self.samples.iter().enumerate().filter(counts);
        failure_counts(samples.filter_map(|(_, sample)| sample.failed)).into()
    }

    pub(crate) fn failures_in_a_row(&self) -> u32 {
        self.failures_of_row().all()
    }

    /// Adds a call to the row.
    fn add_to_row(&mut self, failed: Option<FailureKind>) {
        self.slow_failures += u64::from(failed == Some(FailureKind::Slow));
        self.row.push(failed);
    }

    pub(crate) fn failures_of_row(&self) -> FailureCounts {
        failure_counts(self.row.iter().rev().map_while(|failed| *failed))
    }

    fn rule_is_met(&self) -> bool {
        let WindowCounts {
            calls,
            failures,
            slow,
        } = self.counts();
        let settings = &self.settings;
        let enough = calls >= u64::from(settings.min_calls.get());
        let share = |part: u32, limit: Option<f64>| {
            enough && limit.is_some_and(|limit| f64::from(part) / calls as f64 >= limit)
        };
        let windowed = settings.window.is_some();
        settings
            .threshold
            .is_some_and(|it| self.failures_in_a_row() >= it)
            || windowed && settings.max_failures.is_some_and(|it| failures >= it)
            || windowed && share(failures, settings.failure_rate)
            || windowed && share(slow, settings.slow_rate)
    }

    /// Closes the circuit because of its probes.
    fn recover(&mut self) {
        self.enter(State::Closed);
        self.ramp = self.settings.ramp.map(|_| (self.now, Vec::new()));
    }

    fn probe_failed(&mut self, kind: FailureKind, hint: Option<Duration>) {
        self.probes.push(ProbeOutcome::Failure(kind));
        self.slow_failures += u64::from(kind == FailureKind::Slow);
        self.silent_probes += u64::from(kind == FailureKind::Silent);
        let failures = self
            .probes
            .iter()
            .filter(|it| matches!(it, ProbeOutcome::Failure(_)))
            .count();
        if failures >= self.settings.probe_failures.get() as usize {
            self.open(hint);
        }
    }

    pub(crate) fn probes_in_flight(&self) -> usize {
        let counts = |call: &&Call| {
            call.in_flight && call.role == Role::Probe && call.generation == self.generation
        };
        match self.state {
            State::HalfOpen => self.calls.iter().filter(counts).count(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests;
