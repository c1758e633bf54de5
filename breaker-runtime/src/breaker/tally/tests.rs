use std::time::Duration;

use proptest::prelude::*;

use super::super::gate::{Gate, SettingFlags, Word};
use super::call_count::CallCount;
use super::{Drained, FastSuccess, Tallies};
use crate::breaker::thread_slots::give_out;
use crate::config::{Config, Settings, Window};
use crate::machine::{CallEnd, Change, Machine, Role, Ticket};
use crate::sync::Ordering;
use crate::time::Tick;
use crate::values::{Attribution, End, FailureKind};

fn reset(machine: &mut Machine, now: Tick, changes: &mut Vec<Change>) {
    machine.reset(Attribution::default(), now, changes);
}

/// A machine behind tallies, as a breaker has it. Its threads take turns, and each names its slot.
struct Tallied {
    machine: Machine,
    tallies: Tallies,
    drained: Drained,
    gate: Gate,
    changes: Vec<Change>,
    /// The latest instant that the machine was given.
    latest: Tick,
    /// The number of starts and ends that needed no machine.
    without_machine: usize,
}

impl Tallied {
    fn new(settings: Settings) -> Self {
        give_out(3);
        let (tallies, drained) = Tallies::new();
        tallies.revoke_all();
        let new = Self {
            machine: Machine::new(settings, Tick::default(), 1),
            tallies,
            drained,
            gate: Gate::new(),
            changes: Vec::new(),
            latest: Tick::default(),
            without_machine: 0,
        };
        new.publish();
        new
    }

    fn publish(&self) {
        let machine = &self.machine;
        self.gate.publish(
            machine.generation(),
            machine.gate_state(),
            SettingFlags::default(),
            false,
        );
    }

    fn drain(&mut self) {
        self.tallies
            .drain(&mut self.drained, &mut self.machine, self.latest);
    }

    /// Runs one step of the machine. The first thread to read the clock may be the last to get the lock.
    fn step<R>(
        &mut self,
        now: Tick,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> R,
    ) -> R {
        self.drain();
        self.latest = self.latest.max(now);
        let result = step(&mut self.machine, self.latest, &mut self.changes);
        self.publish();
        result
    }

    fn grant(&mut self, slot: usize, ticket: Ticket) {
        let lease = self.machine.tally_lease(ticket, self.latest);
        let generation = self.machine.generation();
        self.tallies
            .grant(&mut self.drained, slot, generation, &lease);
    }

    fn word(&self) -> Word {
        self.gate.word()
    }

    fn admit(&mut self, slot: usize, now: Tick) -> Option<Ticket> {
        let word = self.word();
        if word.admits() {
            return Some(Ticket::call(word.generation()));
        }
        let generation = word.generation();
        let tracked = word.tracks_in_flight();
        if let Some((bucket, began)) = tracked
            .then(|| self.tallies.start(slot, generation, now))
            .flatten()
        {
            self.without_machine += 1;
            return Some(Ticket::tracked(generation, bucket, began));
        }
        let ticket = self.step(now, |machine, now, changes| {
            machine.admit(None, now, changes)
        });
        let ticket = ticket.ok()?;
        self.grant(slot, ticket);
        Some(ticket)
    }

    fn settle(&mut self, slot: usize, ticket: Ticket, end: End, limit: u64, now: Tick) {
        let word = self.word();
        if word.generation() != ticket.generation() {
            return;
        }
        let fast = end == End::Success && !ticket.lasted(limit, now);
        let needs_tally_only =
            word.success_needs_tally_only(ticket) || word.tracked_success_needs_tally_only(ticket);
        if fast && needs_tally_only {
            let success = FastSuccess {
                at: now,
                is_sample: word.is_sampled(),
                tracked: (ticket.role() == Role::Tracked).then_some(ticket),
            };
            if self.tallies.success(slot, ticket.generation(), success) {
                self.without_machine += 1;
                return;
            }
        }
        let ended = CallEnd { end, hint: None };
        self.step(now, |machine, now, changes| {
            machine.settle(ticket, ended, now, changes)
        });
        self.grant(slot, ticket);
    }

    fn configure(&mut self, settings: Settings, now: Tick) {
        self.drain();
        self.latest = self.latest.max(now);
        self.machine
            .reconfigure(settings, self.latest, &mut Vec::new());
        self.tallies.revoke_all();
        self.publish();
    }
}

#[derive(Clone, Debug)]
enum Step {
    Acquire(usize),
    Settle(usize, usize, End),
    Pass(u64),
    Reset,
    Configure(Box<Settings>),
}

/// The slots of the threads; the last thread has none.
const THREADS: [usize; 4] = [0, 1, 2, usize::MAX];

fn settings() -> impl Strategy<Value = Settings> {
    let window = prop_oneof![
        Just(None),
        (1..40_u32).prop_map(|calls| Some(Window::Calls(calls))),
        (1..400_u64).prop_map(|time| Some(Window::Time(Duration::from_nanos(time)))),
    ];
    let slow_call = proptest::option::of((1..200_u64).prop_map(Duration::from_nanos));
    let rates = (any::<bool>(), any::<bool>());
    (window, slow_call, rates, 1..9_u32).prop_map(|(window, slow_call, rates, threshold)| {
        let (failures, slow) = rates;
        Settings {
            threshold: Some(threshold),
            window,
            failure_rate: (failures && window.is_some()).then_some(0.7),
            slow_call,
            slow_rate: (slow && window.is_some() && slow_call.is_some()).then_some(0.6),
            ..Config::new()
                .open_for(Duration::from_nanos(50))
                .settings(None)
        }
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![
        12 => Just(End::Success),
        2 => Just(End::Failure(FailureKind::Returned)),
        1 => Just(End::Trip),
        1 => Just(End::Ignored),
        1 => Just(End::Cancelled)
    ];
    let thread = 0..THREADS.len();
    let step = prop_oneof![
        20 => thread.clone().prop_map(Step::Acquire),
        20 => (thread, 0..9_usize, end).prop_map(|(thread, at, end)| Step::Settle(thread, at, end)),
        6 => (0..60_u64).prop_map(Step::Pass),
        1 => Just(Step::Reset),
        1 => settings().prop_map(|new| Step::Configure(new.into())),
    ];
    proptest::collection::vec(step, 0..300)
}

proptest! {
    #[test]
    fn a_machine_behind_tallies_agrees_with_one_that_sees_every_call(
        first in settings(),
        steps in steps(),
    ) {
        let mut settings = first;
        let mut direct = Machine::new(settings, Tick::default(), 1);
        let mut tallied = Tallied::new(settings);
        let mut changes = Vec::new();
        let mut held: Vec<(Ticket, Ticket)> = Vec::new();
        let mut now = Tick::default();
        for step in steps {
            match step {
                Step::Acquire(thread) => {
                    let expected = direct.admit(None, now, &mut changes).ok();
                    let admitted = tallied.admit(THREADS[thread], now);
                    prop_assert_eq!(admitted.is_some(), expected.is_some());
                    held.extend(expected.zip(admitted));
                }
                Step::Settle(thread, at, end) if at < held.len() => {
                    let (expected, ticket) = held.swap_remove(at);
                    let ended = CallEnd { end, hint: None };
                    direct.settle(expected, ended, now, &mut changes);
                    let limit = settings.slow_call.map_or(u64::MAX, crate::time::nanos);
                    tallied.settle(THREADS[thread], ticket, end, limit, now);
                }
                Step::Settle(..) => {}
                Step::Pass(nanos) => now = now.after(Duration::from_nanos(nanos)),
                Step::Reset => {
                    direct.reset(Attribution::default(), now, &mut changes);
                    tallied.step(now, reset);
                }
                Step::Configure(new) => {
                    settings = *new;
                    direct.reconfigure(settings, now, &mut Vec::new());
                    tallied.configure(settings, now);
                }
            }
            direct.advance(now, &mut changes);
            tallied.step(now, Machine::advance);
            let machine = &mut tallied.machine;
            prop_assert_eq!(machine.state(), direct.state());
            prop_assert_eq!(machine.generation(), direct.generation());
            prop_assert_eq!(machine.failures_in_a_row(), direct.failures_in_a_row());
            prop_assert_eq!(machine.counts(now), direct.counts(now));
            prop_assert_eq!(machine.probes_in_flight(), direct.probes_in_flight());
            prop_assert_eq!(machine.in_flight(), direct.in_flight());
        }
    }
}

fn tracked() -> Settings {
    Config::new()
        .slow_call(Duration::from_secs(8))
        .window(Window::Calls(100))
        .slow_rate(1.0)
        .settings(None)
}

#[test]
fn almost_every_success_is_counted_without_the_machine() {
    let mut tallied = Tallied::new(tracked());
    for round in 0..100 {
        let now = Tick::from_nanos(0).after(Duration::from_millis(10) * round);
        let ticket = tallied.admit(0, now).expect("it is closed");
        tallied.settle(0, ticket, End::Success, 8_000_000_000, now);
    }
    let without_machine = tallied.without_machine;
    assert!(without_machine >= 2 * 100 - 2, "{without_machine}");
    tallied.step(Tick::default(), |_, _, _| ());
    let counts = tallied.machine.counts(Tick::default());
    assert_eq!(counts.map(|counts| counts.calls), Some(100));
    assert_eq!(tallied.machine.in_flight(), 0);
}

#[test]
fn a_call_that_was_noticed_as_slow_and_then_tallied_as_fast_has_one_sample() {
    let mut tallied = Tallied::new(tracked());
    let start = Tick::from_nanos(0);
    let late = start.after(Duration::from_secs(9));
    let hung = tallied.admit(0, start).expect("it is closed");
    let other = tallied.admit(0, start).expect("it is closed");
    tallied.settle(0, other, End::Success, 8_000_000_000, start);
    tallied.step(late, Machine::advance);
    let counted =
        |tallied: &mut Tallied| tallied.machine.counts(late).map(|it| (it.calls, it.slow));
    assert_eq!(counted(&mut tallied), Some((2, 1)));
    // Its thread read the clock before the call was noticed, and was held up since then.
    let success = FastSuccess {
        at: start,
        is_sample: true,
        tracked: Some(hung),
    };
    assert!(tallied.tallies.success(0, hung.generation(), success));
    tallied.step(Tick::default(), |_, _, _| ());
    assert_eq!(counted(&mut tallied), Some((2, 1)));
    assert_eq!(tallied.machine.in_flight(), 0);
}

#[test]
fn counts_of_an_older_generation_are_not_drained() {
    let mut tallied = Tallied::new(tracked());
    let now = Tick::default();
    let ticket = tallied.admit(0, now).expect("it is closed");
    tallied.settle(0, ticket, End::Success, u64::MAX, now);
    tallied.step(now, reset);
    // A thread that loaded the gate word before the reset does this.
    let _ = tallied.tallies.start(0, ticket.generation(), now);
    let success = FastSuccess {
        at: now,
        is_sample: true,
        tracked: Some(ticket),
    };
    let _ = tallied.tallies.success(0, ticket.generation(), success);
    tallied.step(Tick::default(), |_, _, _| ());
    assert_eq!(tallied.machine.counts(now).map(|it| it.calls), Some(0));
    assert_eq!(tallied.machine.in_flight(), 0);
}

#[test]
fn a_late_start_and_its_end_are_drained_after_their_bucket_was_removed() {
    let mut tallied = Tallied::new(tracked());
    let at = |millis| Tick::default().after(Duration::from_millis(millis));
    let first = tallied.admit(0, at(0)).expect("it is closed");
    tallied.settle(0, first, End::Success, 8_000_000_000, at(0));
    // The thread of slot 0 reads 999 ms and is held up. Another thread begins the next bucket.
    let other = tallied.admit(1, at(1_100)).expect("it is closed");
    tallied.settle(1, other, End::Success, 8_000_000_000, at(1_100));
    let late = tallied.admit(0, at(999)).expect("it is closed");
    tallied.settle(0, late, End::Success, 8_000_000_000, at(1_101));
    tallied.step(Tick::default(), |_, _, _| ());
    assert_eq!(tallied.machine.in_flight(), 0);
}

#[test]
fn a_success_counted_by_a_revoked_lease_enters_the_new_window_at_the_right_time() {
    let settings = |window| Config::new().window(window).max_failures(3).settings(None);
    let at = |secs| Tick::default().after(Duration::from_secs(secs));
    let mut tallied = Tallied::new(settings(Window::Calls(100)));
    for _ in 0..2 {
        let ticket = tallied.admit(0, at(1)).expect("it is closed");
        tallied.settle(0, ticket, End::Success, u64::MAX, at(1));
    }
    let before = tallied.tallies.epoch.load(Ordering::Relaxed);
    let ten = Duration::from_secs(10);
    tallied.configure(settings(Window::Time(ten)), at(1));
    // A thread that loaded the epoch before the change counts by its old lease.
    let now = tallied.tallies.epoch.load(Ordering::Relaxed);
    tallied.tallies.epoch.store(before, Ordering::Relaxed);
    let success = FastSuccess {
        at: Tick::default(),
        is_sample: true,
        tracked: None,
    };
    assert!(tallied.tallies.success(0, 0, success));
    tallied.tallies.epoch.store(now, Ordering::Relaxed);
    // One failure an hour does not meet a rule of three in ten seconds.
    for hour in 1..=4 {
        let now = at(hour * 3_600);
        let ticket = tallied.admit(0, now).expect("it is closed");
        tallied.settle(
            0,
            ticket,
            End::Failure(FailureKind::Returned),
            u64::MAX,
            now,
        );
        assert_eq!(tallied.machine.counts(now).map(|it| it.failures), Some(1));
    }
}

/// A step of a thread that reads its clock, which may lag, and counts some steps later.
#[derive(Clone, Debug)]
enum DelayedStep {
    Start(usize),
    End(usize, usize, End),
    Pass(u64),
    Configure(u64),
}

/// A thread that has read its clock and has not counted yet.
struct Waiting {
    /// The number of steps until it counts.
    steps: usize,
    thread: usize,
    /// What it read.
    at: Tick,
    /// The call that it ends; `None` if it starts one.
    ends: Option<(Ticket, End)>,
}

/// Returns steps, each with the lag of its clock and the number of steps until it counts.
fn delayed_steps() -> impl Strategy<Value = Vec<(DelayedStep, u64, usize)>> {
    let end = prop_oneof![8 => Just(End::Success), 1 => Just(End::Failure(FailureKind::Returned))];
    let thread = 0..THREADS.len();
    let step = prop_oneof![
        20 => thread.clone().prop_map(DelayedStep::Start),
        20 => (thread, 0..9_usize, end)
            .prop_map(|(thread, at, end)| DelayedStep::End(thread, at, end)),
        8 => (0..40_u64).prop_map(DelayedStep::Pass),
        1 => (1..2_000_u64).prop_map(DelayedStep::Configure),
    ];
    proptest::collection::vec((step, 0..6_u64, 0..4_usize), 0..400)
}

fn never_open(slow_call: u64) -> Settings {
    Settings {
        threshold: None,
        window: Some(Window::Calls(100_000)),
        slow_call: Some(Duration::from_nanos(slow_call)),
        ..Config::new().settings(None)
    }
}

proptest! {
    #[test]
    fn delayed_threads_and_lagging_clocks_lose_no_call_and_no_sample(
        first in 1..2_000_u64,
        steps in delayed_steps(),
    ) {
        let mut limit = first;
        let mut tallied = Tallied::new(never_open(limit));
        let mut now = 100_u64;
        let mut in_flight: Vec<Ticket> = Vec::new();
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut ended = 0_u64;
        let mut steps = steps.into_iter();
        loop {
            let step = steps.next();
            let keeps_waiting = |waiting: &Waiting| waiting.steps > 0 && step.is_some();
            let (rest, due) = waiting.into_iter().partition::<Vec<_>, _>(keeps_waiting);
            waiting = rest;
            for Waiting { thread, at, ends, .. } in due {
                match ends {
                    None => in_flight.extend(tallied.admit(THREADS[thread], at)),
                    Some((ticket, end)) => {
                        ended += 1;
                        tallied.settle(THREADS[thread], ticket, end, limit, at);
                    }
                }
            }
            for waiting in &mut waiting {
                waiting.steps -= 1;
            }
            let Some((step, lag, steps)) = step else { break };
            let at = Tick::from_nanos(now - lag);
            let busy = |thread: usize| waiting.iter().any(|other| other.thread == thread);
            match step {
                DelayedStep::Start(thread) if !busy(thread) => {
                    waiting.push(Waiting { steps, thread, at, ends: None });
                }
                DelayedStep::End(thread, which, end) if which < in_flight.len() && !busy(thread) => {
                    let ticket = in_flight.swap_remove(which);
                    let ends = Some((ticket, end));
                    waiting.push(Waiting { steps, thread, at, ends });
                }
                DelayedStep::Pass(nanos) => now += nanos,
                DelayedStep::Configure(other) => {
                    limit = other;
                    tallied.configure(never_open(limit), Tick::from_nanos(now));
                }
                DelayedStep::Start(_) | DelayedStep::End(..) => {}
            }
        }
        for ticket in in_flight {
            ended += 1;
            tallied.settle(1, ticket, End::Failure(FailureKind::Returned), limit, Tick::from_nanos(now));
        }
        tallied.step(Tick::default(), |_, _, _| ());
        prop_assert_eq!(tallied.machine.in_flight(), 0);
        let counts = tallied.machine.counts(Tick::from_nanos(now));
        prop_assert_eq!(counts.map(|counts| counts.calls), Some(ended));
    }
}

#[test]
fn a_count_belongs_to_one_generation_and_stops_when_it_is_full() {
    let count = CallCount::default();
    count.grant(7);
    assert!(count.add(7, Ordering::Relaxed) && !count.add(8, Ordering::Relaxed));
    let read = |generation| count.read(generation, Ordering::Relaxed);
    assert_eq!((read(7), read(6)), (1, 0));
    count.store((7 << 32) | 0xFFFF_FFFF, Ordering::Relaxed);
    assert!(!count.add(7, Ordering::Relaxed));
    assert_eq!((read(7), read(8)), (0xFFFF_FFFF, 0));
    count.grant(8);
    assert!(count.add(8, Ordering::Relaxed));
}

#[test]
fn a_success_at_the_end_of_a_tenth_belongs_to_the_next_tenth() {
    let minute = Duration::from_secs(60);
    let windowed = Config::new().window(Window::Time(minute)).failure_rate(0.5);
    let mut tallied = Tallied::new(windowed.settings(None));
    let now = Tick::from_nanos(0);
    let first = tallied.admit(0, now).expect("it is closed");
    tallied.settle(0, first, End::Success, u64::MAX, now);
    let until = tallied
        .machine
        .tally_lease(first, now)
        .successes
        .expect("a window");
    let counts = |at: Tick| {
        let generation = tallied.machine.generation();
        let success = FastSuccess {
            at,
            is_sample: true,
            tracked: None,
        };
        tallied.tallies.success(0, generation, success)
    };
    assert!(counts(Tick::from_nanos(until.as_nanos() - 1)));
    assert!(!counts(until));
}
