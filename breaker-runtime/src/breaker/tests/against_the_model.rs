//! Compares the whole breaker (gate, tallies, counters and machine) with the naive model, step by step.

use std::time::Duration;

use proptest::prelude::*;

use crate::breaker::{CircuitBreaker, ExternalOverride, nesting};
use crate::config::{Config, Settings};
use crate::machine::model::{
    Model, Role, Step, dropped, label, other_settings, settings, steps, units, would_reject,
};
use crate::machine::{ForcedKind, Ticket};
use crate::registry::Registry;
use crate::time::hand_clock::HandClock;
use crate::values::{Attribution, End, FailureKind, Failures, Layer, State, Totals};

/// The breaker and the model, which take the same steps.
struct Pair {
    clock: HandClock,
    breaker: CircuitBreaker,
    model: Model,
    /// The calls in flight: the breaker's ticket and the number of the model's call.
    held: Vec<(Ticket, usize)>,
    /// The totals that the breaker should have.
    expected: Totals,
}

impl Pair {
    fn new(settings: Settings, recorded: bool) -> Self {
        let clock = HandClock::default();
        let registry = Registry::with_clock(clock.clone());
        #[cfg(feature = "rehearsal")]
        if recorded {
            assert!(registry.recording().begin(crate::breaker::Chosen::All));
        }
        #[cfg(not(feature = "rehearsal"))]
        let _ = recorded;
        let breaker = registry
            .get_or_create("model", Config::new())
            .expect("in range");
        // Directly, because no configuration produces some of these settings.
        breaker.shared().reconfigure(settings);
        Self {
            clock,
            breaker,
            model: Model::new(settings),
            held: Vec::new(),
            expected: Totals::default(),
        }
    }

    fn acquire(&mut self, nested_in: Option<u64>) {
        let shared = self.breaker.shared();
        let nested_in = nested_in.and_then(|ago| self.model.generation.checked_sub(ago));
        if let Some(generation) = nested_in {
            nesting::begin(shared.id(), generation, self.breaker.address());
        }
        let admitted = self
            .breaker
            .admit()
            .map(|ticket| shared.end_nesting(ticket));
        if let Some(generation) = nested_in {
            nesting::end(shared.id(), generation);
        }
        let expected = self.model.admit_within_limit(nested_in);
        let rejected = admitted.as_ref().err().map(|it| label(it.reason()));
        assert_eq!(rejected, expected.err());
        match admitted {
            Ok(ticket) => self.held.push((ticket, self.model.calls.len() - 1)),
            Err(rejection) => {
                self.expected.rejected += 1;
                let retry_after = self.model.retry_after().filter(|rest| !rest.is_zero());
                let lasts =
                    self.model.state == State::Open || rejection.state() == State::ForcedOpen;
                assert_eq!(rejection.retry_after(), retry_after.filter(|_| lasts));
            }
        }
    }

    /// Makes a call of the setting `probe`; nothing counts as rejected.
    fn acquire_declared(&mut self, admitted: Option<Ticket>, expected: Option<Role>) {
        assert_eq!(admitted.is_some(), expected.is_some());
        let shared = self.breaker.shared();
        let ticket = admitted.map(|ticket| shared.end_nesting(ticket));
        let call = || self.model.calls.len() - 1;
        self.held.extend(ticket.map(|ticket| (ticket, call())));
    }

    /// Drops a call that was pending, or ends one in another way.
    fn settle(&mut self, at: usize, end: End, hint: Option<Duration>, drops: bool) {
        let (ticket, call) = self.held.swap_remove(at);
        let began = self.model.calls[call].began;
        let limit = self.model.settings.slow_call;
        let slow = limit.is_some_and(|limit| self.model.now.since(began) >= limit);
        let before = self.model.generation;
        let stale = if drops {
            let (ticket, _ended) = self.breaker.end_if_marked(ticket);
            self.breaker.settle_dropped(ticket, end);
            self.model.settle_dropped(call, end)
        } else {
            self.breaker.settle(ticket, end, hint);
            self.model.settle(call, end, hint)
        };
        let counted = match end {
            End::Success => &mut self.expected.successes,
            End::Failure(kind) => {
                let by_kind = &mut self.expected.failures_by_kind;
                *match kind {
                    FailureKind::Returned => &mut by_kind.returned,
                    FailureKind::Panicked => &mut by_kind.panicked,
                    FailureKind::TimedOut => &mut by_kind.timed_out,
                    FailureKind::Dropped => &mut by_kind.dropped,
                    FailureKind::Slow | FailureKind::Silent => panic!("no call ends so"),
                } += 1;
                &mut self.expected.failures
            }
            End::Trip => {
                self.expected.failures_by_kind.returned += 1;
                &mut self.expected.failures
            }
            End::Ignored => &mut self.expected.ignored,
            End::Cancelled => &mut self.expected.cancelled,
        };
        *counted += 1;
        self.expected.calls += 1;
        if end != End::Cancelled {
            self.expected.slow += u64::from(slow && ticket.began().is_some());
            self.expected.stale += u64::from(stale);
        }
        assert!(self.model.generation >= before);
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Acquire { nested_in } => self.acquire(*nested_in),
            Step::Probe => {
                let admitted = self.breaker.admit_probe();
                let expected = self.model.admit_probe();
                self.acquire_declared(admitted, expected);
            }
            Step::Check => {
                let admitted = self.breaker.admit_check();
                let expected = self.model.admit_check(Model::admit_within_limit);
                self.acquire_declared(admitted, expected);
            }
            Step::Settle(at, end, hint) if *at < self.held.len() => {
                self.settle(*at, *end, hint.map(units), false);
            }
            Step::Drop(at, late) if *at < self.held.len() => {
                self.settle(*at, dropped(*late), None, true);
            }
            Step::Progress(at) if *at < self.held.len() => {
                let (ticket, call) = self.held[*at];
                self.breaker.progress(ticket);
                self.model.progress(call);
            }
            // Each step ends with a reading.
            Step::Settle(..)
            | Step::Drop(..)
            | Step::Progress(_)
            | Step::OtherKeys(..)
            | Step::Read => {}
            Step::Pass(count) => {
                self.model.now = self.model.now.after(units(*count));
                let now = self.model.now.as_nanos();
                self.clock.set(now);
            }
            Step::Trip => {
                self.breaker.trip();
                self.model.trip();
            }
            Step::Reset => {
                self.breaker.reset();
                self.model.reset();
            }
            Step::Force(kind, ttl) => {
                let lasts = ttl.map(units);
                match kind {
                    ForcedKind::Open => self.breaker.force_open("model", lasts),
                    ForcedKind::Closed => self.breaker.force_closed("model", lasts),
                }
                self.model.force(*kind, *ttl);
            }
            Step::Clear => {
                self.breaker.clear_override();
                self.model.clear();
            }
            Step::ForceByFile(kind) => {
                let wanted = kind.map(|kind| ExternalOverride {
                    kind,
                    layer: Layer::File,
                    by: Attribution::default(),
                });
                let reading = self.breaker.shared().reading();
                self.breaker.force_external(wanted, reading);
                self.model.force_by_file(*kind);
            }
            Step::Configure(new) => {
                let settings = other_settings(&self.model.settings, **new);
                self.breaker.shared().reconfigure(settings);
                self.model.configure(settings);
            }
            Step::Fleet(step) => {
                let leased = self
                    .breaker
                    .change(|machine, now, changes| step.take(machine, now, changes));
                let locked = self.breaker.shared().lock();
                assert_eq!(leased, self.model.fleet(step, &locked.machine), "{step:?}");
            }
        }
        self.compare(step);
    }

    fn compare(&mut self, step: &Step) {
        let Self {
            model, expected, ..
        } = self;
        let snapshot = self.breaker.snapshot();
        model.notice();
        assert_eq!(snapshot.machine_state, model.state, "{step:?}");
        assert_eq!(snapshot.state, model.met(), "{step:?}");
        let would_reject = would_reject(&snapshot.totals.would_reject);
        assert_eq!(would_reject, model.would_have_rejected(), "{step:?}");
        assert_eq!(snapshot.generation, model.generation, "{step:?}");
        assert_eq!(snapshot.retry_after, model.retry_after(), "{step:?}");
        let probes = model.probes_in_flight();
        assert_eq!(snapshot.probes_in_flight, probes, "{step:?}");
        let in_flight = model.settings.max_in_flight.map(|_| model.places());
        let held = snapshot.in_flight.map(|calls| calls as usize);
        assert_eq!(held, in_flight, "{step:?}");
        let totals = snapshot.totals;
        let counts = |totals: &Totals| {
            [
                totals.calls,
                totals.successes,
                totals.failures,
                totals.ignored,
                totals.cancelled,
                totals.rejected,
                totals.slow,
                totals.stale,
            ]
        };
        assert_eq!(counts(&totals), counts(expected), "{step:?}");
        let by_kind = Failures {
            slow: model.slow_failures,
            silent: model.silent_probes,
            ..expected.failures_by_kind
        };
        assert_eq!(totals.failures_by_kind, by_kind, "{step:?}");
        if model.state == State::Closed {
            let row = model.failures_in_a_row();
            assert_eq!(snapshot.failures_in_a_row, row, "{step:?}");
            let counted = snapshot
                .window
                .map(|it| (it.calls, it.failures_by_kind, it.slow));
            let expected = model.counts();
            let expected = (
                expected.calls,
                model.window_failures(),
                expected.slow.into(),
            );
            let windowed = model.settings.window.is_some();
            assert_eq!(counted, windowed.then_some(expected), "{step:?}");
        }
    }
}

proptest! {
    #[test]
    fn the_breaker_agrees_with_the_naive_model(
        settings in settings(),
        recorded in any::<bool>(),
        steps in steps(),
    ) {
        let mut pair = Pair::new(settings, recorded);
        for step in &steps {
            pair.play(step);
        }
    }
}
