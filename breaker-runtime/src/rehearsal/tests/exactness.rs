//! A rehearsal makes the transitions that a breaker in shadow has made, at the same instants.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::call::CallOrder;
use super::*;
use crate::breaker::EventKind;
use crate::config::Settings;
use crate::machine::{Ticket, model};
use crate::registry::Registry;
use crate::time::hand_clock::HandClock;
use crate::values::End;

/// When the clock of the breaker was at zero, in nanoseconds since 1970.
const ORIGIN: u64 = 1_793_534_400_123_456_789;

/// A call in ticks of the clock, and what decides the order of events at one instant.
#[derive(Clone, Debug)]
struct Planned {
    began: u64,
    took: u64,
    outcome: CallOutcome,
    hint: Option<Duration>,
    ties: [u8; 2],
}

fn plans() -> impl Strategy<Value = Vec<Planned>> {
    let outcome = prop_oneof![
        6 => Just(CallOutcome::Success),
        6 => Just(FAILURE),
        1 => Just(CallOutcome::Failure(FailureKind::TimedOut)),
        1 => Just(CallOutcome::Trip),
        1 => Just(CallOutcome::Ignored),
        2 => Just(CallOutcome::Dropped),
        1 => Just(CallOutcome::Cancelled),
    ];
    let hint = proptest::option::weighted(0.1, 1..200_u64);
    let call = (0..25_u64, 0..60_u64, outcome, hint, any::<[u8; 2]>());
    proptest::collection::vec(call, 1..100).prop_map(|calls| {
        let mut began = 0;
        let mut plan =
            |(gap, took, outcome, hint, ties): (u64, u64, CallOutcome, Option<u64>, _)| {
                // Many begin at the same instant.
                began += model::units(gap.saturating_sub(15)).as_nanos() as u64;
                let fails = matches!(outcome, CallOutcome::Failure(_) | CallOutcome::Trip);
                Planned {
                    began,
                    took: model::units(took / 3).as_nanos() as u64,
                    outcome,
                    hint: hint.filter(|_| fails).map(model::units),
                    ties,
                }
            };
        calls.into_iter().map(&mut plan).collect()
    })
}

/// A transition: its instant in nanoseconds since 1970, the states before and after, and the reason.
type Seen = (u64, State, State, Reason);

/// The transitions of a breaker in shadow, and the calls as it saw them.
fn live(plans: &[Planned], settings: Settings, seed: u64) -> (Vec<Seen>, Vec<Call>) {
    let clock = HandClock::with_origin(Duration::from_nanos(ORIGIN));
    let registry = Registry::with_clock(clock.clone());
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let _subscription = registry.subscribe(move |event| {
        if let EventKind::Transition(it) = event.kind() {
            let at = it.due_at.unwrap_or_else(|| event.at());
            let at = at
                .duration_since(SystemTime::UNIX_EPOCH)
                .expect("after 1970");
            noted
                .lock()
                .expect("no panic")
                .push((at.as_nanos() as u64, it.from, it.to, it.reason));
        }
    });
    let breaker = registry
        .get_or_create("shadowed", Config::new())
        .expect("in range");
    breaker.shared().reconfigure(Settings {
        shadow: true,
        ..settings
    });
    breaker.reseed(seed);

    // The beginnings and the ends, in the order in which they happen.
    let mut events = Vec::new();
    for (nth, plan) in plans.iter().enumerate() {
        events.push((plan.began, plan.ties[0], nth, false));
        let tie = if plan.took == 0 {
            plan.ties[0].max(plan.ties[1])
        } else {
            plan.ties[1]
        };
        events.push((plan.began + plan.took, tie, nth, true));
    }
    events.sort_by_key(|(at, tie, nth, ends)| (*at, *tie, *nth, *ends));
    let mut tickets: Vec<Option<Ticket>> = vec![None; plans.len()];
    let mut starts = vec![0; plans.len()];
    let mut calls = Vec::new();
    for (place, (at, _, nth, ends)) in events.into_iter().enumerate() {
        let place = place as u64;
        clock.set(at);
        let plan = &plans[nth];
        if !ends {
            let mut ticket = breaker.admit().expect("shadow admits every call");
            // With the instant at which it began, as a call that is recorded.
            breaker.shared().note_pending(&mut ticket);
            tickets[nth] = Some(breaker.shared().end_nesting(ticket));
            starts[nth] = place;
            continue;
        }
        let ticket = tickets[nth].expect("it has begun");
        // What the future of a call decides when it is dropped.
        let late = settings
            .cancel_after
            .is_some_and(|limit| Duration::from_nanos(plan.took) >= limit);
        let outcome = match plan.outcome {
            CallOutcome::Dropped if late => CallOutcome::Failure(FailureKind::Dropped),
            outcome => outcome,
        };
        match outcome {
            CallOutcome::Dropped | CallOutcome::Failure(FailureKind::Dropped) => {
                breaker.cancel(ticket)
            }
            CallOutcome::Success => breaker.settle(ticket, End::Success, None),
            CallOutcome::Failure(kind) => breaker.settle(ticket, End::Failure(kind), plan.hint),
            CallOutcome::Trip => breaker.settle(ticket, End::Trip, plan.hint),
            CallOutcome::Ignored => breaker.settle(ticket, End::Ignored, None),
            _ => breaker.settle(ticket, End::Cancelled, None),
        }
        let mut call = Call::at_nanos(ORIGIN + plan.began, plan.took, outcome)
            .with_origin(ORIGIN)
            .with_order(CallOrder {
                start: starts[nth],
                end: place,
            });
        if let Some(hint) = plan.hint {
            call = call.with_open_for_hint(hint);
        }
        calls.push(call);
    }
    let _ = breaker.state();
    calls.sort_by_key(|call| call.order().map(|order| order.start));
    let seen = seen.lock().expect("no panic").clone();
    (seen, calls)
}

proptest! {
    #[test]
    fn a_rehearsal_repeats_what_a_breaker_in_shadow_did(
        plans in plans(),
        settings in model::settings(),
        seed in any::<u64>(),
    ) {
        // A limit of the calls would change when they end.
        let settings = Settings { call_timeout: None, shared: false, ..settings };
        let (expected, calls) = live(&plans, settings, seed);
        let candidate = Candidate::in_force("the same", settings).with_seed(seed);
        let report = rehearse(calls.into_iter().map(Ok), candidate).expect("in order");
        let nanos = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_nanos() as u64;
        let rehearsed: Vec<_> = report.transitions.iter().map(|it| (nanos(it.at), it.from, it.to, it.reason)).collect();
        prop_assert_eq!(rehearsed, expected);
    }
}
