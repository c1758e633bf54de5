//! A rehearsal opens the circuits of the keys that a registry in shadow has opened, at the same instants.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::super::call::CallOrder;
use super::*;
use crate::breaker::EventKind;
use crate::registry::Registry;
use crate::time::hand_clock::HandClock;

/// When a call begins after the one before, how long it takes, whether it fails, and its key.
type Plan = (u64, u64, bool, u8);

/// An opening: its instant, the key and the reason.
type Seen = (u64, String, Reason);

fn key(number: u8) -> String {
    format!("key {number}")
}

/// Lists the openings that only calls cause: an eviction takes the others with it.
fn openings(all: impl Iterator<Item = (Seen, State)>) -> Vec<Seen> {
    let by_calls = |(_, _, reason): &Seen| *reason != Reason::ProbeTimedOut;
    let opened = all
        .filter(|(_, to)| *to == State::Open)
        .map(|(seen, _)| seen);
    opened.filter(by_calls).collect()
}

fn live(plans: &[Plan], config: Config) -> (Vec<Seen>, Vec<Call>) {
    let clock = HandClock::default();
    let registry = Registry::with_clock(clock.clone());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let _subscription = registry.subscribe(move |event| {
        if let EventKind::Transition(it) = event.kind() {
            let at = it.due_at.unwrap_or_else(|| event.at());
            let at = at
                .duration_since(SystemTime::UNIX_EPOCH)
                .expect("after 1970");
            let key = event.breaker().key().unwrap_or_default().to_owned();
            let opening = (at.as_nanos() as u64, key, it.reason);
            noted.lock().expect("no panic").push((opening, it.to));
        }
    });
    let mut events = Vec::new();
    let mut began = 1_000;
    for (nth, (gap, took, ..)) in plans.iter().enumerate() {
        began += gap;
        events.push((began, nth, false));
        events.push((began + took, nth, true));
    }
    events.sort();
    let mut permits: Vec<_> = plans.iter().map(|_| None).collect();
    let mut starts = vec![(0, 0); plans.len()];
    let mut calls = Vec::new();
    for (place, (at, nth, ends)) in events.into_iter().enumerate() {
        clock.set(at);
        let (_, took, fails, number) = plans[nth];
        if !ends {
            let breaker = registry.get_or_create_keyed("hosts", &key(number), config);
            let permit = breaker.expect("in range").try_acquire();
            permits[nth] = Some(permit.expect("shadow admits every call"));
            starts[nth] = (at, place as u64);
            continue;
        }
        let permit = permits[nth].take().expect("it has begun");
        let outcome = if fails {
            permit.failure();
            FAILURE
        } else {
            permit.success();
            CallOutcome::Success
        };
        let (began, start) = starts[nth];
        let order = CallOrder {
            start,
            end: place as u64,
        };
        calls.push(
            Call::at_nanos(began, took, outcome)
                .with_key(key(number))
                .with_order(order),
        );
    }
    calls.sort_by_key(|call| call.order().map(|order| order.start));
    let seen = seen.lock().expect("no panic").clone();
    (openings(seen.into_iter()), calls)
}

proptest! {
    #[test]
    fn keys_open_as_in_a_registry_in_shadow(
        plans in proptest::collection::vec((0..40_u64, 0..60_u64, proptest::bool::weighted(0.6), 0..6_u8), 1..120),
        threshold in 1..4_u32,
        open_for in 1..100_u64,
        max_keys in 1..6_usize,
        idle_ttl in 1..200_u64,
        share in proptest::option::of(0.1..1.0_f64),
    ) {
        let mut config = Config::new()
            .threshold(threshold)
            .open_for(Duration::from_nanos(open_for))
            .max_keys(max_keys)
            .idle_ttl(Duration::from_nanos(idle_ttl))
            .shadow(true);
        if let Some(share) = share {
            config = config.max_open_share(share);
        }
        let (expected, calls) = live(&plans, config);
        let report = rehearse(calls.into_iter().map(Ok), candidate(config)).expect("in order");
        let nanos = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_nanos() as u64;
        let rehearsed = report.transitions.iter().map(|it| {
            ((nanos(it.at), it.key.clone().unwrap_or_default(), it.reason), it.to)
        });
        prop_assert_eq!(openings(rehearsed), expected);
    }
}
