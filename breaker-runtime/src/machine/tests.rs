use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;

use super::model::forced;
use super::{Change, ForcedKind, GateState, Machine, ProbeNumber, Role, Ticket};
use crate::config::{Config, Settings};
use crate::time::Tick;
use crate::values::{Attribution, End, FailureKind, Layer, State};

#[derive(Clone, Debug)]
enum Step {
    Acquire,
    Settle(usize, End),
    Pass(u64),
    Trip,
    Reset,
    Force(ForcedKind, Option<u64>),
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![
        Just(End::Success),
        Just(End::Failure(FailureKind::Returned)),
        Just(End::Trip),
        Just(End::Ignored),
        Just(End::Cancelled)
    ];
    let kind = prop_oneof![Just(ForcedKind::Open), Just(ForcedKind::Closed)];
    let step = prop_oneof![
        8 => Just(Step::Acquire),
        8 => (0..6_usize, end).prop_map(|(which, end)| Step::Settle(which, end)),
        3 => (0..40_u64).prop_map(Step::Pass),
        1 => Just(Step::Trip),
        1 => Just(Step::Reset),
        1 => (kind, proptest::option::of(1..60_u64)).prop_map(|(kind, ttl)| Step::Force(kind, ttl)),
        1 => Just(Step::Clear),
    ];
    proptest::collection::vec(step, 0..200)
}

fn settings() -> impl Strategy<Value = Settings> {
    (1..4_u32, 1..4_u32, 1..5_u32, 1..3_u32, 1..30_u64).prop_map(
        |(threshold, calls, successes, failures, open_for)| {
            Config::new()
                .threshold(threshold)
                .half_open_calls(calls)
                .success_threshold(successes)
                .probe_failures(failures)
                .open_for(Duration::from_secs(open_for))
                .settings(None)
        },
    )
}

/// Plays steps on a machine and checks the invariants after each.
struct Play {
    machine: Machine,
    settings: Settings,
    held: Vec<Ticket>,
    now: Tick,
    changes: Vec<Change>,
    generation: u64,
}

impl Play {
    fn new(settings: Settings) -> Self {
        let now = Tick::from_nanos(0);
        Self {
            machine: Machine::new(settings, now, 1),
            settings,
            held: Vec::new(),
            now,
            changes: Vec::new(),
            generation: 0,
        }
    }

    fn play(&mut self, step: &Step) {
        let Self {
            machine,
            held,
            now,
            changes,
            ..
        } = self;
        match step {
            Step::Acquire => {
                let before = machine.gate_state();
                let admitted = machine.admit(None, *now, changes);
                match before {
                    GateState::Closed { .. } => assert!(admitted.is_ok()),
                    GateState::Open { until, .. } => assert_eq!(admitted.is_ok(), *now >= until),
                    GateState::Held(_) | GateState::AskMachine => {}
                }
                held.extend(admitted);
            }
            Step::Settle(which, end) if *which < held.len() => {
                let ticket = held.swap_remove(*which);
                machine.settle(ticket, (*end).into(), *now, changes);
            }
            Step::Settle(..) => {}
            Step::Pass(secs) => *now = now.after(Duration::from_secs(*secs)),
            Step::Trip => machine.trip(Attribution::default(), *now, changes),
            Step::Reset => machine.reset(Attribution::default(), *now, changes),
            Step::Force(kind, ttl) => {
                let until = ttl.map(|secs| now.after(Duration::from_secs(secs)));
                machine.force(forced(*kind, Layer::Runtime, until), *now, changes);
            }
            Step::Clear => machine.clear_override(*now, changes),
        }
        self.check(step);
    }

    fn check(&mut self, step: &Step) {
        let in_flight = self.machine.probes_in_flight();
        assert!(in_flight <= self.settings.half_open_calls.get() as usize);
        let probe_of_this_stay = |ticket: &&Ticket| {
            ticket.generation() == self.machine.generation() && ticket.role() == Role::Probe
        };
        assert!(in_flight <= self.held.iter().filter(probe_of_this_stay).count());
        assert!(self.machine.generation() >= self.generation);
        let transitions = self.changes.drain(..).filter(|change| {
            if let Change::Transition { from, to, .. } = change {
                assert_ne!(from, to);
            }
            matches!(change, Change::Transition { .. })
        });
        let resets = u64::from(matches!(step, Step::Reset));
        let begun = self.machine.generation() - self.generation;
        let transitions = transitions.count() as u64;
        assert!(
            begun >= transitions && begun <= transitions + resets,
            "{step:?}"
        );
        self.generation = self.machine.generation();
    }
}

proptest! {
    #[test]
    fn no_order_of_steps_breaks_the_invariants(settings in settings(), steps in steps()) {
        let mut play = Play::new(settings);
        for step in &steps {
            play.play(step);
        }
    }

    #[test]
    fn r7_the_circuit_closes_from_any_state_when_all_calls_succeed(
        settings in settings(),
        steps in steps(),
    ) {
        let mut play = Play::new(settings);
        for step in &steps {
            play.play(step);
        }
        play.play(&Step::Clear);
        while !play.held.is_empty() {
            play.play(&Step::Settle(0, End::Cancelled));
        }
        let forever = settings.max_open_for.max(settings.probe_timeout);
        for _ in 0..3 {
            play.play(&Step::Pass(forever.as_secs()));
            for _ in 0..settings.success_threshold.get() {
                play.play(&Step::Acquire);
                if !play.held.is_empty() {
                    play.play(&Step::Settle(0, End::Success));
                }
            }
        }
        prop_assert_eq!(play.machine.state(), State::Closed);
    }
}

#[test]
fn r7_with_one_permit_each_probe_returns_it_to_the_next() {
    let settings = Config::new().half_open_calls(1).settings(None);
    assert_eq!(settings.half_open_calls, NonZeroU32::MIN);
    let mut play = Play::new(settings);
    play.play(&Step::Trip);
    play.play(&Step::Pass(30));
    for _ in 0..3 {
        play.play(&Step::Acquire);
        play.play(&Step::Acquire);
        assert_eq!(play.held.len(), 1);
        play.play(&Step::Settle(0, End::Success));
    }
    assert_eq!(play.machine.state(), State::Closed);
}

fn at(secs: u64) -> Tick {
    Tick::from_nanos(0).after(Duration::from_secs(secs))
}

#[test]
fn a_change_of_slow_call_begins_a_new_bucket() {
    let config = |secs| Config::new().slow_call(Duration::from_secs(secs));
    let mut machine = Machine::new(config(80).settings(None), at(0), 1);
    let bucket = |machine: &mut Machine, secs| {
        let admitted = machine.admit(None, at(secs), &mut Vec::new());
        admitted.expect("it is closed").bucket()
    };
    let first = bucket(&mut machine, 0);
    machine.reconfigure(
        config(80).threshold(9).settings(None),
        at(1),
        &mut Vec::new(),
    );
    assert_eq!(bucket(&mut machine, 2), first);
    machine.reconfigure(config(8).settings(None), at(3), &mut Vec::new());
    assert_ne!(bucket(&mut machine, 4), first);
}

#[test]
fn an_override_that_expires_with_the_open_period_is_reported_first() {
    let mut machine = Machine::new(Config::new().settings(None), at(0), 1);
    let mut changes = Vec::new();
    machine.trip(Attribution::default(), at(0), &mut changes);
    let forced = forced(ForcedKind::Open, Layer::Runtime, Some(at(30)));
    machine.force(forced.clone(), at(0), &mut changes);
    changes.clear();
    machine.advance(at(40), &mut changes);
    assert_eq!(changes[0], Change::OverrideExpired(forced));
    assert!(matches!(changes[1], Change::Transition { .. }));
}

#[test]
fn a_ticket_keeps_its_role_and_its_stamp() {
    for (ticket, role) in [
        (Ticket::call(7), Role::Call),
        (Ticket::probe(7, ProbeNumber::default(), at(1)), Role::Probe),
        (Ticket::uncounted(7, at(1)), Role::Uncounted),
    ] {
        assert_eq!((ticket.role(), ticket.generation()), (role, 7));
    }
    let mut call = Ticket::call(7);
    assert_eq!(call.stamped(), None);
    let last = Tick::from_nanos(u64::MAX);
    call.stamp(last);
    assert!(
        call.stamped().is_some(),
        "the last instant counts as a stamp"
    );
}
