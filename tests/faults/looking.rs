//! R23: whether somebody looks decides nothing.

use std::time::Duration;

use breaker_runtime::test_util::ManualClock;
use breaker_runtime::{Config, EventKind, Overrides, Permit, Registry, State, Totals, Window};

use crate::support::Bench;

const SECOND: Duration = Duration::from_secs(1);

/// How many deliveries of a hook that fails every 15 minutes are admitted.
fn delivered(scraped: bool) -> usize {
    let clock = ManualClock::new();
    let registry = Registry::with_clock(clock.clone());
    let config = Config::new()
        .threshold(1000)
        .window(Window::Time(4 * 3600 * SECOND))
        .max_failures(5)
        .open_for(3600 * SECOND);
    let admitted = (0..100).filter(|_| {
        let hook = registry.get_or_create_keyed("hooks", "customer-7", config);
        let permit = hook.unwrap().try_acquire();
        let admitted = permit.map(|permit| permit.failure()).is_ok();
        for _ in 0..15 {
            clock.advance(60 * SECOND);
            if scraped {
                registry.key_stats("hooks");
            }
        }
        admitted
    });
    admitted.count()
}

#[test]
fn r23_a_key_with_failures_outlives_its_idle_time_whether_or_not_it_is_scraped() {
    assert_eq!(delivered(true), delivered(false));
    assert!(delivered(false) < 50, "the fifth failure opens the circuit");
}

/// For how many seconds callers are rejected after three calls have hung for five minutes.
fn turned_away(scraped: bool) -> u64 {
    let clock = ManualClock::new();
    let registry = Registry::with_clock(clock.clone());
    let config = Config::new().threshold(3).slow_call(2 * SECOND);
    let api = registry.get_or_create("api", config).unwrap();
    let _hanging: Vec<_> = (0..3).map(|_| api.try_acquire().unwrap()).collect();
    for _ in 0..300 {
        clock.advance(SECOND);
        if scraped {
            registry.snapshot();
        }
    }
    let mut seconds = 0;
    while api.try_acquire().map(|permit| permit.success()).is_err() {
        clock.advance(SECOND);
        seconds += 1;
    }
    seconds
}

#[test]
fn r23_an_opening_that_is_noticed_late_began_when_it_fell_due() {
    assert_eq!((turned_away(false), turned_away(true)), (0, 0));
}

#[test]
fn r23_an_opening_whose_period_has_passed_is_half_open_at_once_and_both_changes_are_dated() {
    let bench = Bench::new(Config::new().threshold(1).slow_call(2 * SECOND));
    let record = bench.record();
    let began = bench.breaker.snapshot().since;
    let _hanging = bench.permit();
    bench.advance(100 * SECOND);
    assert_eq!(bench.state(), State::HalfOpen);
    let due: Vec<_> = record
        .effects()
        .iter()
        .map(|event| match event.kind() {
            EventKind::Transition(transition) => transition.due_at,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(due, [Some(began + 2 * SECOND), Some(began + 32 * SECOND)]);
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.since, began + 32 * SECOND);
    assert_eq!(snapshot.totals.open_time, 30 * SECOND);
}

#[test]
fn r23_a_silent_probe_reopens_the_circuit_when_it_fell_due() {
    let config = Config::new().threshold(1).probe_timeout(10 * SECOND);
    let bench = Bench::new(config);
    bench.fail();
    bench.advance(30 * SECOND);
    let _silent = bench.permit();
    // The probe is given up after 10 s and the circuit is open for 30 s from then on.
    bench.advance(45 * SECOND);
    assert_eq!(bench.state(), State::HalfOpen);
}

#[test]
fn r23_a_call_that_became_slow_counts_from_then_on_however_it_ends() {
    for look in [false, true] {
        let bench = Bench::new(Config::new().threshold(1).slow_call(2 * SECOND));
        let permit = bench.permit();
        bench.advance(3 * SECOND);
        if look {
            bench.breaker.state();
        }
        permit.ignore();
        assert_eq!(bench.state(), State::Open, "looked: {look}");
        assert_eq!(bench.breaker.snapshot().retry_after, Some(29 * SECOND));
    }
}

/// What happens to a call that began before `slow_call` was set, and to the calls after it.
fn slow_call_set_late(scraped: bool, old: fn(Permit)) -> (bool, Totals) {
    let bench = Bench::new(Config::new().threshold(2));
    let earlier = bench.permit();
    let slow = Overrides {
        slow_call: Some(SECOND),
        ..Overrides::default()
    };
    bench.registry.configure("payment", slow).unwrap();
    let _hanging = bench.permit();
    bench.advance(2 * SECOND);
    if scraped {
        let _ = bench.state();
    }
    old(earlier);
    bench.permit().failure();
    let admitted = bench.breaker.try_acquire().map(Permit::success).is_ok();
    (admitted, bench.breaker.snapshot().totals)
}

#[test]
fn r23_a_call_that_began_before_slow_call_was_set_ends_after_those_that_became_slow() {
    for old in [Permit::success as fn(Permit), Permit::ignore, drop] {
        let (looked, alone) = (
            slow_call_set_late(true, old),
            slow_call_set_late(false, old),
        );
        assert_eq!(looked.0, alone.0);
        assert_eq!(looked.1.stale, alone.1.stale);
        assert_eq!(looked.1.opens, alone.1.opens);
    }
    assert!(slow_call_set_late(false, Permit::success).0);
}
