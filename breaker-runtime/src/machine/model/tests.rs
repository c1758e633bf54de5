//! Compares the machine with the model, step by step.

use proptest::prelude::*;

use super::{Model, Step, other_settings, settings, steps, units};
use crate::config::Settings;
use crate::machine::{CallEnd, Change, Forced, Machine, Ticket};
use crate::time::Tick;
use crate::values::{RejectionReason, State};

/// The machine and the model, which take the same steps.
struct Pair {
    machine: Machine,
    model: Model,
    /// The calls in flight: the machine's ticket and the number of the model's call.
    held: Vec<(Ticket, usize)>,
    changes: Vec<Change>,
}

impl Pair {
    fn new(settings: Settings) -> Self {
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
            Step::Acquire { nested_in } => {
                let nested_in = nested_in.and_then(|ago| model.generation.checked_sub(ago));
                let admitted = machine.admit(nested_in, now, changes);
                let expected = model.admit(nested_in);
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
            Step::Configure(new) => {
                let settings = other_settings(&model.settings, *new);
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
