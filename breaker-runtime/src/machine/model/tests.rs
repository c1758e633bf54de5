//! Compares the machine with the model, step by step.

use proptest::prelude::*;

use super::{
    Model, Step, dropped, forced, is_answer, label, other_settings, settings, steps, units,
    would_reject,
};
use crate::config::Settings;
use crate::machine::open_keys::{OpenKeys, OpenPlace};
use crate::machine::{CallEnd, Change, Machine, NextAdmission, Role, Ticket};
use crate::sync::Arc;
use crate::time::Tick;
use crate::values::{Attribution, Layer, State};

/// The machine and the model, which take the same steps.
struct Pair {
    machine: Machine,
    model: Model,
    /// The calls in flight: the machine's ticket and the number of the model's call.
    held: Vec<(Ticket, usize)>,
    /// The number of calls that were answered.
    answered: u64,
    changes: Vec<Change>,
    keys: Arc<OpenKeys>,
    /// The places of the other keys that are open.
    others: Vec<OpenPlace>,
}

impl Pair {
    fn new(settings: Settings) -> Self {
        let keys = Arc::new(OpenKeys::default());
        let mut machine = Machine::new(settings, Tick::default(), 1);
        machine.join_keys(&keys);
        Self {
            machine,
            keys,
            others: Vec::new(),
            model: Model::new(settings),
            held: Vec::new(),
            answered: 0,
            changes: Vec::new(),
        }
    }

    fn play(&mut self, step: &Step) {
        let Self {
            machine,
            model,
            held,
            answered,
            changes,
            keys,
            others,
        } = self;
        let now = model.now;
        match step {
            Step::Acquire { nested_in } => {
                let nested_in = nested_in.and_then(|ago| model.generation.checked_sub(ago));
                let admitted = machine.admit(nested_in, now, changes);
                let expected = model.admit(nested_in);
                let rejected = admitted.as_ref().err();
                let rejected = rejected.map(|rejected| label(rejected.reason));
                assert_eq!(rejected, expected.err());
                held.extend(admitted.ok().map(|ticket| (ticket, model.calls.len() - 1)));
            }
            Step::Probe => {
                let ticket = machine.admit_probe(now, changes);
                let expected = model.admit_probe();
                assert_eq!(ticket.is_some(), expected.is_some(), "{step:?}");
                held.extend(ticket.map(|ticket| (ticket, model.calls.len() - 1)));
            }
            Step::Check => {
                let ticket = machine.admit_check(true, now, changes);
                let expected = model.admit_check(Model::admit);
                assert_eq!(ticket.is_some(), expected.is_some(), "{step:?}");
                held.extend(ticket.map(|ticket| (ticket, model.calls.len() - 1)));
            }
            Step::Settle(at, end, hint) if *at < held.len() => {
                let (ticket, call) = held.swap_remove(*at);
                let hint = hint.map(units);
                *answered += u64::from(is_answer(*end));
                let stale = machine.settle(ticket, CallEnd { end: *end, hint }, now, changes);
                assert_eq!(stale, model.settle(call, *end, hint));
            }
            Step::Progress(at) if *at < held.len() => {
                let (ticket, call) = held[*at];
                machine.progress(ticket, now, changes);
                model.progress(call);
            }
            Step::Drop(at, late) if *at < held.len() => {
                let (ticket, call) = held.swap_remove(*at);
                let end = dropped(*late);
                let stale = machine.settle_dropped(ticket, end, *answered, now, changes);
                assert_eq!(stale, model.settle_dropped(call, end));
            }
            Step::Settle(..) | Step::Drop(..) | Step::Progress(_) => {}
            Step::Pass(count) => model.now = now.after(units(*count)),
            Step::Read => {
                machine.advance(now, changes);
                model.notice();
            }
            Step::Trip => {
                machine.trip(Attribution::default(), now, changes);
                model.trip();
            }
            Step::Reset => {
                machine.reset(Attribution::default(), now, changes);
                model.reset();
            }
            Step::Force(kind, ttl) => {
                let until = ttl.map(|ttl| now.after(units(ttl)));
                let forced = forced(*kind, Layer::Runtime, until);
                machine.force(forced, now, changes);
                model.force(*kind, *ttl);
            }
            Step::Clear => {
                machine.clear_override(now, changes);
                model.clear();
            }
            Step::ForceByFile(kind) => {
                let wanted = kind.map(|kind| forced(kind, Layer::File, None));
                machine.force_external(wanted, now, changes);
                model.force_by_file(*kind);
            }
            Step::Configure(new) => {
                let settings = other_settings(&model.settings, **new);
                machine.reconfigure(settings, now, changes);
                model.configure(settings);
            }
            Step::OtherKeys(count, open) => {
                keys.set_keys(*count);
                *others = (0..*open)
                    .map(|_| keys.take_beyond(Tick::from_nanos(u64::MAX)))
                    .collect();
                model.other_keys = Some((*count, *open));
            }
            Step::Fleet(step) => {
                let leased = step.take(machine, now, changes);
                assert_eq!(leased, model.fleet(step, machine), "{step:?}");
            }
        }
        self.compare(step);
    }

    fn compare(&mut self, step: &Step) {
        let Self { machine, model, .. } = self;
        assert_eq!(machine.machine_state(), model.state, "{step:?}");
        assert_eq!(machine.state(), model.met(), "{step:?}");
        assert_eq!(machine.spared(), model.spared, "{step:?}");
        let would_reject = would_reject(&machine.would_reject());
        assert_eq!(would_reject, model.would_have_rejected(), "{step:?}");
        assert_eq!(machine.generation(), model.generation, "{step:?}");
        assert_eq!(machine.since(), model.since, "{step:?}");
        assert_eq!(
            machine.probes_in_flight(),
            model.probes_in_flight(),
            "{step:?}"
        );
        assert_eq!(
            machine.forced().map(|it| (it.kind, it.until)),
            model.forced(),
            "{step:?}"
        );
        let begun = self.changes.iter().zip(self.changes.iter().skip(1));
        let begun = begun.filter_map(|(before, change)| match (before, change) {
            (Change::Transition { due, .. }, Change::OutageBegan) => Some(*due),
            _ => None,
        });
        for (due, begun) in begun.zip(&model.outages_begun) {
            assert!(due.is_none_or(|due| due == *begun), "{step:?}");
        }
        let count = |of: fn(&Change) -> bool| self.changes.iter().filter(|it| of(it)).count();
        let begun = count(|change| matches!(change, Change::OutageBegan));
        assert_eq!(begun, model.outages_begun.len(), "{step:?}");
        let ended = self.changes.iter().filter_map(|change| match change {
            Change::OutageEnded { at } => Some(*at),
            _ => None,
        });
        assert_eq!(ended.collect::<Vec<_>>(), model.outages_ended, "{step:?}");
        let open_period = (model.state == State::Open).then_some(model.open_for);
        assert_eq!(machine.open_period(), open_period, "{step:?}");
        let retry_after = machine.retry_after(model.now);
        assert_eq!(retry_after, model.retry_after(), "{step:?}");
        if model.state == State::Closed {
            assert_eq!(machine.row(), model.failures_of_row(), "{step:?}");
            if model.settings.window.is_some() {
                assert_eq!(machine.counts(model.now), Some(model.counts()), "{step:?}");
                let failures = machine.window_failures(model.now);
                assert_eq!(failures, model.window_failures(), "{step:?}");
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

proptest! {
    #[test]
    fn a_call_is_admitted_if_the_machine_says_so_and_not_before(
        settings in settings(),
        steps in steps(),
    ) {
        let mut pair = Pair::new(settings);
        for step in &steps {
            let now = pair.model.now;
            pair.machine.advance(now, &mut pair.changes);
            pair.model.notice();
            let next = |pair: &Pair, nested_in| pair.machine.next_admission(nested_in, pair.model.now);
            let (expected, held) = (next(&pair, None), pair.held.len());
            let next_probe = pair.machine.next_probe(now);
            // A call that becomes slow during a ramp may open the circuit, which may admit probes before the ramp would.
            let closed = pair.machine.machine_state() == State::Closed;
            pair.play(step);
            match (step, expected) {
                (Step::Acquire { nested_in: None }, expected) => {
                    let admitted = pair.held.len() > held;
                    prop_assert_eq!(admitted, expected == NextAdmission::Now, "{:?}", expected);
                    let role = pair.held.get(held).map(|(ticket, _)| ticket.role());
                    let is_probe = role == Some(Role::Probe);
                    prop_assert_eq!(is_probe, next_probe == NextAdmission::Now, "{:?}", next_probe);
                }
                (Step::Probe, _) => {
                    let admitted = pair.held.len() > held;
                    prop_assert_eq!(admitted, next_probe == NextAdmission::Now, "{:?}", next_probe);
                }
                (Step::Pass(count), NextAdmission::After(rest)) if units(*count) < rest && !closed => {
                    pair.machine.advance(pair.model.now, &mut pair.changes);
                    pair.model.notice();
                    let next = next(&pair, None);
                    prop_assert_ne!(next, NextAdmission::Now, "{:?} had passed", units(*count));
                }
                (Step::Pass(_), NextAdmission::AfterChange) => {
                    pair.machine.advance(pair.model.now, &mut pair.changes);
                    pair.model.notice();
                    prop_assert_eq!(next(&pair, None), NextAdmission::AfterChange);
                }
                _ => {}
            }
        }
    }
}

/// A step, and after how many units of its time somebody looks: R23 says that this changes nothing.
fn looks() -> impl Strategy<Value = Vec<Option<u64>>> {
    proptest::collection::vec(proptest::option::weighted(0.5, 0..25_u64), 250)
}

/// What callers meet, and what listeners are notified of.
fn meet(settings: Settings, steps: &[Step], looks: &[Option<u64>]) -> Vec<String> {
    let mut machine = Machine::new(settings, Tick::default(), 1);
    let (mut now, mut settings) = (Tick::default(), settings);
    let (mut held, mut met, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    let mut answered = 0;
    for (step, look) in steps.iter().zip(looks) {
        match step {
            Step::Acquire { nested_in } => {
                let nested_in = nested_in.and_then(|ago| machine.generation().checked_sub(ago));
                let admitted = machine.admit(nested_in, now, &mut changes);
                met.push(format!("{admitted:?}"));
                held.extend(admitted);
            }
            Step::Probe => {
                let admitted = machine.admit_probe(now, &mut changes);
                met.push(format!("probe: {admitted:?}"));
                held.extend(admitted);
            }
            Step::Check => {
                let admitted = machine.admit_check(true, now, &mut changes);
                met.push(format!("check: {admitted:?}"));
                held.extend(admitted);
            }
            Step::Settle(at, end, hint) if *at < held.len() => {
                let hint = hint.map(units);
                answered += u64::from(is_answer(*end));
                let ended = CallEnd { end: *end, hint };
                let stale = machine.settle(held.swap_remove(*at), ended, now, &mut changes);
                met.push(format!("stale: {stale}"));
            }
            Step::Pass(count) => {
                if let Some(after) = look {
                    machine.advance(now.after(units(*after.min(count))), &mut changes);
                }
                now = now.after(units(*count));
            }
            Step::Progress(at) if *at < held.len() => {
                machine.progress(held[*at], now, &mut changes);
            }
            Step::Drop(at, late) if *at < held.len() => {
                let (ticket, end) = (held.swap_remove(*at), dropped(*late));
                let stale = machine.settle_dropped(ticket, end, answered, now, &mut changes);
                met.push(format!("stale: {stale}"));
            }
            Step::Settle(..)
            | Step::Drop(..)
            | Step::Progress(_)
            | Step::OtherKeys(..)
            | Step::Read => {}
            Step::Trip => machine.trip(Attribution::default(), now, &mut changes),
            Step::Reset => machine.reset(Attribution::default(), now, &mut changes),
            Step::Force(kind, ttl) => {
                let until = ttl.map(|ttl| now.after(units(ttl)));
                let forced = forced(*kind, Layer::Runtime, until);
                machine.force(forced, now, &mut changes);
            }
            Step::Clear => machine.clear_override(now, &mut changes),
            Step::ForceByFile(kind) => {
                let wanted = kind.map(|kind| forced(kind, Layer::File, None));
                machine.force_external(wanted, now, &mut changes);
            }
            Step::Configure(new) => {
                settings = other_settings(&settings, **new);
                machine.reconfigure(settings, now, &mut changes);
            }
            Step::Fleet(step) => {
                let leased = step.take(&mut machine, now, &mut changes);
                met.push(format!("leased: {leased}"));
            }
        }
        if let (Some(_), false) = (look, matches!(step, Step::Pass(_))) {
            machine.advance(now, &mut changes);
        }
    }
    machine.advance(now, &mut changes);
    met.push(format!("{:?}", machine.counts(now)));
    met.push(format!("{:?}", machine.since()));
    met.extend(changes.iter().map(|change| format!("{change:?}")));
    met
}

proptest! {
    #[test]
    fn r23_looking_at_a_machine_changes_nothing(
        settings in settings(),
        steps in steps(),
        looks in looks(),
    ) {
        let unobserved = meet(settings, &steps, &[None; 250]);
        let observed = meet(settings, &steps, &looks);
        let different = observed.iter().zip(&unobserved).find(|(a, b)| a != b);
        prop_assert_eq!(different, None);
        prop_assert_eq!(observed.len(), unobserved.len());
    }
}
