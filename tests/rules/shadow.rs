//! R30: the setting `shadow`.

use std::time::Duration;

use breaker_runtime::{Config, EventKind, Overrides, Reason, RejectionReason, State, Window};

use crate::support::{Bench, OPEN_FOR};

fn shadow() -> Bench {
    Bench::new(Config::new().shadow(true))
}

#[test]
fn r30_an_open_circuit_in_shadow_admits_every_call_and_counts_what_it_would_reject() {
    let bench = shadow();
    bench.fail_times(5);
    for _ in 0..3 {
        bench.succeed();
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.state, State::Closed);
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(snapshot.machine_state, State::Open);
    assert_eq!(snapshot.retry_after, None);
    assert_eq!(snapshot.totals.calls, 8);
    assert_eq!(snapshot.totals.rejected, 0);
    assert_eq!(snapshot.totals.would_reject.open, 3);
    assert_eq!(snapshot.totals.would_reject.all(), 3);
    assert_eq!(
        snapshot
            .totals
            .would_reject
            .of(RejectionReason::HalfOpenFull),
        0
    );
}

#[test]
fn r30_calls_that_would_have_been_rejected_decide_nothing() {
    let bench = shadow();
    bench.fail_times(5);
    bench.fail_times(50);
    bench.advance(OPEN_FOR);
    let probes = [bench.permit(), bench.permit()];
    let beyond = bench.permit();
    beyond.failure();
    assert_eq!(bench.breaker.snapshot().machine_state, State::HalfOpen);
    assert_eq!(bench.state(), State::Closed);
    for probe in probes {
        probe.success();
    }
    bench.succeed();
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.machine_state, State::Closed);
    assert_eq!(snapshot.totals.would_reject.half_open_full, 1);
    assert_eq!(snapshot.totals.opens, 1);
}

#[test]
fn r30_transitions_in_shadow_are_events_that_say_so() {
    let bench = shadow();
    let record = bench.record();
    bench.fail_times(5);
    let events = record.effects();
    let [event] = events.as_slice() else {
        panic!("{events:?}");
    };
    let EventKind::Transition(transition) = event.kind() else {
        panic!("{event:?}");
    };
    assert_eq!(transition.reason, Reason::FailuresInARow);
    assert!(transition.shadow);
}

#[test]
fn r30_a_forced_circuit_rejects_in_shadow_too() {
    let bench = shadow();
    bench.breaker.force_open("maintenance", None);
    assert!(bench.rejects());
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.rejected, totals.rejections.forced), (1, 1));
    assert_eq!(totals.would_reject.all(), 0);
    bench.breaker.clear_override();
    bench.succeed();
}

#[test]
fn r30_a_call_that_a_forced_closing_admits_is_not_counted_as_one_that_shadow_admits() {
    let bench = shadow();
    bench.fail_times(5);
    bench.breaker.force_closed("test", None);
    bench.succeed();
    assert_eq!(bench.breaker.snapshot().totals.would_reject.all(), 0);
}

#[test]
fn r30_a_ramp_in_shadow_admits_every_call() {
    let config = Config::new().threshold(1).success_threshold(1);
    let config = config.ramp(Duration::from_secs(100)).shadow(true);
    let bench = Bench::new(config);
    bench.fail();
    bench.advance(OPEN_FOR);
    bench.succeed();
    for _ in 0..10 {
        bench.succeed();
    }
    let totals = bench.breaker.snapshot().totals;
    assert_eq!(totals.rejected, 0);
    assert_eq!(totals.would_reject.ramp, 9);
}

#[test]
fn r30_without_shadow_an_open_circuit_rejects_from_the_next_call_on() {
    let bench = shadow();
    bench.fail_times(5);
    let off = Overrides {
        shadow: Some(false),
        ..Overrides::default()
    };
    bench.registry.configure("payment", off).unwrap();
    assert!(bench.rejects());
    assert_eq!(bench.state(), State::Open);
    let on = Overrides {
        shadow: Some(true),
        ..Overrides::default()
    };
    bench.registry.configure("payment", on).unwrap();
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r30_calls_that_would_have_been_rejected_enter_the_window_that_the_snapshot_shows() {
    let config = Config::new()
        .threshold(1)
        .window(Window::Calls(10))
        .max_failures(10);
    let bench = Bench::new(config.shadow(true));
    bench.fail();
    assert!(bench.breaker.snapshot().window.unwrap().frozen);
    bench.succeed();
    let window = bench.breaker.snapshot().window.unwrap();
    assert_eq!(
        (window.calls, window.failures, window.frozen),
        (2, 1, false)
    );
}
