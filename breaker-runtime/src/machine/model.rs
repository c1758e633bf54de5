//! The reference: the rules written down as naively as they read, over lists that only grow, and
//! the machine held against them step by step.

use std::time::Duration;

use proptest::prelude::*;

use super::WindowCounts;
use super::{CallEnd, Change, Forced, ForcedKind, Machine, Ticket};
use crate::config::{Config, Settings, Window};
use crate::time::Tick;
use crate::values::End;
use crate::values::{RejectionReason, State};

/// Everything that was ever asked of a circuit, judged anew at each question.
pub(crate) struct Model {
    pub(crate) settings: Settings,
    pub(crate) now: Tick,
    pub(crate) state: State,
    /// Of the stays in `state`, their number and beginning.
    pub(crate) generation: u64,
    since: Tick,
    openings: u32,
    open_for: Duration,
    forced: Option<(ForcedKind, Option<Tick>)>,
    /// Every call that was ever let through.
    pub(crate) calls: Vec<Call>,
    /// The one that is ending: it is not in flight any more.
    ending: Option<usize>,
    /// Samples of this closed stay, in the order in which they were added.
    samples: Vec<Sample>,
    /// Those before it were in a window that is gone.
    window_from: usize,
    /// Failures (`true`) and successes (`false`) of this closed stay, for the row.
    row: Vec<bool>,
    /// What the probes of this half-open stay came to.
    probes: Vec<Probed>,
    /// When the ramp of this closed stay began, and the instants of the calls that asked during it.
    ramp: Option<(Tick, Vec<Tick>)>,
}

#[derive(Clone, Copy)]
struct Sample {
    at: Tick,
    failed: bool,
    slow: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Part {
    Call,
    Probe,
    Uncounted,
}

pub(crate) struct Call {
    pub(crate) generation: u64,
    part: Part,
    pub(crate) began: Tick,
    live: bool,
    /// The sample that was added while it was in flight.
    noticed: Option<usize>,
    /// A probe that has counted as failed while in flight.
    counted: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Probed {
    Success,
    Failure,
    Cancelled,
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
            forced: None,
            calls: Vec::new(),
            ending: None,
            samples: Vec::new(),
            window_from: 0,
            row: Vec::new(),
            probes: Vec::new(),
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
        self.probes.clear();
        self.ramp = None;
    }

    fn open(&mut self, hint: Option<Duration>) {
        let calm_from = match self.settings.ramp {
            Some(time) if self.ramp.is_some() => self.since.after(time),
            _ => self.since,
        };
        let calm =
            self.state == State::Closed && self.now >= calm_from.after(self.settings.open_for);
        self.openings = if calm { 1 } else { self.openings + 1 };
        let mut period = self.settings.open_for;
        for _ in 1..self.openings.min(64) {
            period = (period * 2).min(self.settings.max_open_for);
        }
        self.open_for = period
            .max(hint.unwrap_or_default())
            .min(self.settings.max_open_for);
        self.enter(State::Open);
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
        if self.state != State::Open {
            self.open(None);
        }
    }

    pub(crate) fn reset(&mut self) {
        self.notice();
        self.enter(State::Closed);
        self.openings = 0;
    }

    pub(crate) fn force(&mut self, kind: ForcedKind, ttl: Option<u64>) {
        self.notice();
        self.forced = Some((kind, ttl.map(|ttl| self.now.after(units(ttl)))));
    }

    pub(crate) fn clear(&mut self) {
        self.notice();
        self.forced = None;
    }

    /// Other settings from now on; a window of another shape begins empty.
    pub(crate) fn configure(&mut self, settings: Settings) {
        if settings.window != self.settings.window {
            self.window_from = self.samples.len();
        }
        self.settings = settings;
    }

    /// When asking again may help.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self.forced {
            Some((ForcedKind::Open, until)) => until.map(|until| until.since(self.now)),
            Some((ForcedKind::Closed, _)) => None,
            None => {
                (self.state == State::Open).then(|| self.since.after(self.open_for).since(self.now))
            }
        }
    }

    pub(crate) fn counts(&self) -> WindowCounts {
        let inside = |(number, sample): &(usize, &Sample)| self.in_window(*number, sample);
        let samples: Vec<_> = self.samples.iter().enumerate().filter(inside).collect();
        WindowCounts {
            calls: samples.len() as u64,
            failures: samples.iter().filter(|(_, sample)| sample.failed).count() as u64,
            slow: samples.iter().filter(|(_, sample)| sample.slow).count() as u64,
        }
    }

    pub(crate) fn failures_in_a_row(&self) -> u32 {
        self.row.iter().rev().take_while(|failed| **failed).count() as u32
    }

    fn rule_is_met(&self) -> bool {
        let WindowCounts {
            calls,
            failures,
            slow,
        } = self.counts();
        let settings = &self.settings;
        let enough = calls >= u64::from(settings.min_calls.get());
        let share = |part: u64, limit: Option<f64>| {
            enough && limit.is_some_and(|limit| part as f64 / calls as f64 >= limit)
        };
        let windowed = settings.window.is_some();
        settings
            .threshold
            .is_some_and(|it| self.failures_in_a_row() >= it)
            || windowed
                && settings
                    .max_failures
                    .is_some_and(|it| failures >= u64::from(it))
            || windowed && share(failures, settings.failure_rate)
            || windowed && share(slow, settings.slow_rate)
    }

    fn probe_failed(&mut self, hint: Option<Duration>) {
        self.probes.push(Probed::Failure);
        let failures = self
            .probes
            .iter()
            .filter(|it| **it == Probed::Failure)
            .count();
        if failures >= self.settings.probe_failures.get() as usize {
            self.open(hint);
        }
    }

    /// What time has brought about.
    pub(crate) fn notice(&mut self) {
        if self
            .forced
            .is_some_and(|(_, until)| until.is_some_and(|until| self.now >= until))
        {
            self.forced = None;
        }
        match self.state {
            State::Open => {
                if self.now >= self.since.after(self.open_for) {
                    self.enter(State::HalfOpen);
                }
            }
            State::Closed => self.notice_slow_calls(),
            State::HalfOpen => self.notice_silent_probes(),
            _ => unreachable!(),
        }
    }

    /// The calls of this stay in buckets: those that began within an eighth of `slow_call` of the first
    /// of them.
    fn buckets(&self, limit: Duration) -> Vec<Vec<usize>> {
        let width = (limit / 8).max(units(1));
        let mut buckets: Vec<Vec<usize>> = Vec::new();
        for (at, call) in self.calls.iter().enumerate() {
            if call.part != Part::Call || call.generation != self.generation {
                continue;
            }
            match buckets.last_mut() {
                Some(inside) if call.began < self.calls[inside[0]].began.after(width) => {
                    inside.push(at);
                }
                _ => buckets.push(vec![at]),
            }
        }
        buckets
    }

    /// The calls of a bucket are alike: one that was noticed and ends takes the latest of their samples.
    fn take_latest_sample(&mut self, at: usize) {
        let Some(limit) = self.settings.slow_call else {
            return;
        };
        let buckets = self.buckets(limit);
        let own = buckets.iter().find(|inside| inside.contains(&at));
        let noticed = |other: &&usize| self.calls[**other].live || **other == at;
        let alike = own.into_iter().flatten().filter(noticed);
        let latest = alike
            .max_by_key(|other| self.calls[**other].noticed)
            .copied();
        if let Some(latest) = latest {
            let sample = self.calls[latest].noticed;
            self.calls[latest].noticed = self.calls[at].noticed;
            self.calls[at].noticed = sample;
        }
    }

    fn notice_slow_calls(&mut self) {
        let Some(limit) = self.settings.slow_call else {
            return;
        };
        for inside in self.buckets(limit) {
            let last = self.calls[*inside.last().unwrap()].began;
            for at in inside {
                self.notice_slow_call(at, last.after(limit));
            }
        }
    }

    fn notice_slow_call(&mut self, at: usize, due: Tick) {
        let call = &self.calls[at];
        let overdue = call.live
            && self.ending != Some(at)
            && self.state == State::Closed
            && call.generation == self.generation
            && call.noticed.is_none()
            && self.now >= due;
        if !overdue {
            return;
        }
        let failed = self.settings.slow_rate.is_none();
        self.calls[at].noticed = Some(self.samples.len());
        self.samples.push(Sample {
            at: self.now,
            failed,
            slow: true,
        });
        if failed {
            self.row.push(true);
        }
        if self.rule_is_met() {
            self.open(None);
        }
    }

    fn notice_silent_probes(&mut self) {
        let generation = self.generation;
        let timeout = self.settings.probe_timeout;
        let limit = self.settings.slow_call;
        let mut failed = 0;
        for (at, call) in self.calls.iter_mut().enumerate() {
            if !call.live || call.part != Part::Probe || call.generation != generation {
                continue;
            }
            let given_up = self.now >= call.began.after(timeout);
            let slow = limit.is_some_and(|limit| self.now >= call.began.after(limit));
            let slow = slow && self.ending != Some(at);
            if (given_up || slow) && !call.counted {
                call.counted = true;
                failed += 1;
            }
            if given_up {
                // Its permit is gone: from here on it is nobody's.
                call.part = Part::Uncounted;
            }
        }
        for _ in 0..failed {
            if self.state == State::HalfOpen {
                self.probe_failed(None);
            }
        }
    }

    pub(crate) fn probes_in_flight(&self) -> usize {
        let own = |call: &&Call| {
            call.live && call.part == Part::Probe && call.generation == self.generation
        };
        match self.state {
            State::HalfOpen => self.calls.iter().filter(own).count(),
            _ => 0,
        }
    }

    /// The share at an instant of the ramp, as a fraction over a common whole.
    fn ramp_part(&self, began: Tick, at: Tick) -> (u128, u128) {
        let time = self.settings.ramp.unwrap().as_nanos();
        (time + 9 * at.since(began).as_nanos(), 10 * time)
    }

    /// Whether the last of the calls that asked passes: when the shares make another whole.
    fn ramp_admits(&self) -> bool {
        let Some((began, asked)) = &self.ramp else {
            return true;
        };
        let parts = asked.iter().map(|at| self.ramp_part(*began, *at).0);
        let parts: Vec<u128> = parts.collect();
        let whole = self.ramp_part(*began, *began).1;
        let start = whole - parts[0];
        let upto = |calls: usize| (start + parts[..calls].iter().sum::<u128>()) / whole;
        upto(parts.len()) > upto(parts.len() - 1) || parts.len() == 1
    }

    pub(crate) fn admit(&mut self, within: Option<u64>) -> Result<Part, &'static str> {
        self.notice();
        if let Some((ForcedKind::Open, _)) = self.forced {
            return Err("forced");
        }
        let lenient = self.forced.is_some();
        let within = within == Some(self.generation);
        let part = match self.state {
            State::Open => Err("open"),
            State::HalfOpen => {
                let full = self.probes_in_flight() >= self.settings.half_open_calls.get() as usize;
                match (full, within) {
                    (false, _) => Ok(Part::Probe),
                    (true, true) => Ok(Part::Uncounted),
                    (true, false) => Err("full"),
                }
            }
            _ => {
                let (now, ramp) = (self.now, self.settings.ramp);
                let rising = |(began, _): &(Tick, Vec<Tick>)| now < began.after(ramp.unwrap());
                if !lenient && !within && self.ramp.as_ref().is_some_and(rising) {
                    self.ramp.as_mut().unwrap().1.push(now);
                    if self.ramp_admits() {
                        Ok(Part::Call)
                    } else {
                        Err("ramp")
                    }
                } else {
                    Ok(Part::Call)
                }
            }
        };
        let part = if lenient {
            part.or(Ok(Part::Uncounted))
        } else {
            part
        };
        if let Ok(part) = part {
            self.calls.push(Call {
                generation: self.generation,
                part,
                began: self.now,
                live: true,
                noticed: None,
                counted: false,
            });
        }
        part
    }

    /// Takes in how a call ended; returns whether it was of an older generation.
    pub(crate) fn settle(&mut self, at: usize, end: End, hint: Option<Duration>) -> bool {
        self.ending = Some(at);
        self.notice();
        self.ending = None;
        if self.calls[at].noticed.is_some() {
            self.take_latest_sample(at);
        }
        let call = &mut self.calls[at];
        call.live = false;
        if call.generation != self.generation {
            return true;
        }
        let limit = self.settings.slow_call;
        let slow = limit.is_some_and(|limit| self.now >= call.began.after(limit));
        let decided = matches!(end, End::Success | End::Failure);
        match (call.part, call.noticed) {
            (Part::Call, Some(sample)) if decided => {
                if self.samples[sample].failed {
                    return false;
                }
                let failed = end == End::Failure;
                self.samples[sample].failed = failed;
                self.row.push(failed);
                if failed && self.rule_is_met() {
                    self.open(hint);
                }
            }
            (Part::Call, None) if decided => {
                let failed = end == End::Failure || slow && self.settings.slow_rate.is_none();
                let at = self.now;
                self.samples.push(Sample { at, failed, slow });
                self.row.push(failed);
                if (failed || slow) && self.rule_is_met() {
                    self.open(hint);
                }
            }
            (Part::Probe, _) if !call.counted => match end {
                End::Success if !slow => {
                    self.probes.push(Probed::Success);
                    let successes = self.probes.iter().filter(|it| **it == Probed::Success);
                    if successes.count() >= self.settings.success_threshold.get() as usize {
                        self.enter(State::Closed);
                        self.ramp = self.settings.ramp.map(|_| (self.now, Vec::new()));
                    }
                }
                End::Success | End::Failure => self.probe_failed(hint),
                End::Cancelled => {
                    self.probes.push(Probed::Cancelled);
                    let since_success = self
                        .probes
                        .iter()
                        .rev()
                        .take_while(|it| **it != Probed::Success);
                    let cancelled = since_success.filter(|it| **it == Probed::Cancelled).count();
                    if cancelled >= self.settings.success_threshold.get() as usize {
                        self.open(hint);
                    }
                }
                End::Ignored => {}
            },
            _ => {}
        }
        false
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Acquire {
        /// Whether inside of a call that was let through while others are refused, and how many
        /// generations ago.
        within: Option<u64>,
    },
    Settle(usize, End, Option<u64>),
    Pass(u64),
    Read,
    Trip,
    Reset,
    Force(ForcedKind, Option<u64>),
    Clear,
    Configure(Settings),
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![
        4 => Just(End::Success),
        4 => Just(End::Failure),
        1 => Just(End::Ignored),
        1 => Just(End::Cancelled)
    ];
    let kind = prop_oneof![Just(ForcedKind::Open), Just(ForcedKind::Closed)];
    let hint = proptest::option::weighted(0.2, 1..200_u64);
    // Only the value of a failure is asked for a hint.
    let asked = |(at, end, hint): (usize, End, Option<u64>)| {
        Step::Settle(at, end, hint.filter(|_| end == End::Failure))
    };
    let step = prop_oneof![
        16 => proptest::option::weighted(0.2, 0..2_u64).prop_map(|within| Step::Acquire { within }),
        16 => (0..5_usize, end, hint).prop_map(asked),
        6 => (0..25_u64).prop_map(Step::Pass),
        2 => Just(Step::Read),
        1 => Just(Step::Trip),
        1 => Just(Step::Reset),
        1 => (kind, proptest::option::of(1..60_u64)).prop_map(|(kind, ttl)| Step::Force(kind, ttl)),
        1 => Just(Step::Clear),
        1 => settings().prop_map(Step::Configure),
    ];
    proptest::collection::vec(step, 0..250)
}

fn windows() -> impl Strategy<Value = Option<Window>> {
    prop_oneof![
        Just(None),
        (1..30_u32).prop_map(|calls| Some(Window::Calls(calls))),
        (1..100_u64).prop_map(|time| Some(Window::Time(units(time)))),
    ]
}

/// The unit of all durations here: small, so that instants often coincide.
pub(crate) fn units(count: u64) -> Duration {
    Duration::from_nanos(count)
}

fn rates() -> impl Strategy<Value = Option<f64>> {
    proptest::option::of((1..=10_u32).prop_map(|tenths| f64::from(tenths) / 10.0))
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let rules = (
        windows(),
        proptest::option::of(1..8_u32),
        proptest::option::of(1..8_u32),
        rates(),
        rates(),
        1..12_u32,
    );
    let times = (
        proptest::option::of(1..30_u64),
        proptest::option::of(1..60_u64),
        1..30_u64,
        1..60_u64,
    );
    let probes = (1..4_u32, 1..4_u32, 1..3_u32);
    (rules, times, probes).prop_map(|(rules, times, probes)| {
        let (window, threshold, max_failures, failure_rate, slow_rate, min_calls) = rules;
        let (slow_call, ramp, open_for, probe_timeout) = times;
        let (half_open_calls, success_threshold, probe_failures) = probes;
        let base = Config::new()
            .backoff(2.0)
            .open_for(units(open_for))
            .probe_timeout(units(probe_timeout))
            .half_open_calls(half_open_calls)
            .success_threshold(success_threshold)
            .probe_failures(probe_failures)
            .min_calls(min_calls)
            .settings(None);
        Settings {
            threshold,
            window,
            max_failures,
            failure_rate,
            slow_call: slow_call.map(units),
            slow_rate: slow_rate.filter(|_| slow_call.is_some()),
            ramp: ramp.map(units),
            ..base
        }
    })
}

/// What `asked` comes to while calls are on their way: whether they are watched, and the ramp, stay.
pub(crate) fn other_settings(now: &Settings, asked: Settings) -> Settings {
    Settings {
        slow_call: now.slow_call,
        slow_rate: now
            .slow_rate
            .and_then(|rate| asked.slow_rate.or(Some(rate))),
        ramp: now.ramp,
        ..asked
    }
}

/// The machine and the model, side by side.
struct Pair {
    machine: Machine,
    model: Model,
    /// What is held: the machine's ticket, and the number of the model's call.
    held: Vec<(Ticket, usize)>,
    changes: Vec<Change>,
}

impl Pair {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            machine: Machine::new(settings, Tick::default(), 1),
            model: Model::new(settings),
            held: Vec::new(),
            changes: Vec::new(),
        }
    }

    fn play(&mut self, step: &Step) {
        let Self {
            machine,
            model,
            held,
            changes,
        } = self;
        let now = model.now;
        match step {
            Step::Acquire { within } => {
                let within = within.and_then(|ago| model.generation.checked_sub(ago));
                let admitted = machine.admit(within, now, changes);
                let expected = model.admit(within);
                let rejected = admitted
                    .as_ref()
                    .err()
                    .map(|rejected| match rejected.reason {
                        RejectionReason::Open => "open",
                        RejectionReason::HalfOpenFull => "full",
                        RejectionReason::Ramp => "ramp",
                        RejectionReason::Forced => "forced",
                    });
                assert_eq!(rejected, expected.err());
                held.extend(admitted.ok().map(|ticket| (ticket, model.calls.len() - 1)));
            }
            Step::Settle(at, end, hint) if *at < held.len() => {
                let (ticket, call) = held.swap_remove(*at);
                let hint = hint.map(units);
                let stale = machine.settle(ticket, CallEnd { end: *end, hint }, now, changes);
                // Whether it came too late is asked before it decides anything.
                assert_eq!(stale, model.settle(call, *end, hint));
            }
            Step::Settle(..) => {}
            Step::Pass(count) => model.now = now.after(units(*count)),
            Step::Read => {
                machine.advance(now, changes);
                model.notice();
            }
            Step::Trip => {
                machine.trip(now, changes);
                model.trip();
            }
            Step::Reset => {
                machine.reset(now, changes);
                model.reset();
            }
            Step::Force(kind, ttl) => {
                let until = ttl.map(|ttl| now.after(units(ttl)));
                let forced = Forced {
                    kind: *kind,
                    reason: "test".into(),
                    until,
                };
                machine.force(forced, now, changes);
                model.force(*kind, *ttl);
            }
            Step::Clear => {
                machine.clear_override(now, changes);
                model.clear();
            }
            Step::Configure(asked) => {
                let settings = other_settings(&model.settings, *asked);
                machine.reconfigure(settings, now);
                model.configure(settings);
            }
        }
        self.compare(step);
    }

    fn compare(&mut self, step: &Step) {
        let Self { machine, model, .. } = self;
        assert_eq!(machine.machine_state(), model.state, "{step:?}");
        assert_eq!(machine.generation(), model.generation, "{step:?}");
        assert_eq!(machine.since(), model.since, "{step:?}");
        assert_eq!(
            machine.probes_in_flight(),
            model.probes_in_flight(),
            "{step:?}"
        );
        assert_eq!(
            machine.forced().is_some(),
            model.forced.is_some(),
            "{step:?}"
        );
        let open_period = (model.state == State::Open).then_some(model.open_for);
        assert_eq!(machine.open_period(), open_period, "{step:?}");
        let retry_after = machine.retry_after(model.now);
        assert_eq!(retry_after, model.retry_after(), "{step:?}");
        if model.state == State::Closed {
            assert_eq!(
                machine.failures_in_a_row(),
                model.failures_in_a_row(),
                "{step:?}"
            );
            if model.settings.window.is_some() {
                assert_eq!(machine.counts(model.now), Some(model.counts()), "{step:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn the_machine_agrees_with_the_naive_model(settings in settings(), steps in steps()) {
        let mut pair = Pair::new(settings);
        for step in &steps {
            pair.play(step);
        }
    }
}
