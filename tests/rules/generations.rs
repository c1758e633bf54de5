//! R9: an outcome of an older generation decides nothing.

use breaker_runtime::{Config, State};

use crate::support::{Bench, OPEN_FOR};

#[test]
fn r9_a_stale_success_does_not_close_a_half_open_circuit() {
    let bench = Bench::new(Config::new().success_threshold(1));
    let old = bench.permit();
    bench.half_open();
    old.success();
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.state, State::HalfOpen);
    assert_eq!(snapshot.totals.stale, 1);
    assert_eq!(snapshot.totals.successes, 1);
}

#[test]
fn r9_a_stale_failure_does_not_reopen_a_half_open_circuit() {
    let bench = Bench::default();
    let old = bench.permit();
    bench.half_open();
    old.failure();
    assert_eq!(bench.state(), State::HalfOpen);
    assert_eq!(bench.breaker.snapshot().totals.stale, 1);
}

#[test]
fn r9_a_stale_ignored_outcome_releases_no_permit() {
    let bench = Bench::default();
    let old = bench.permit();
    bench.half_open();
    let _probes = [bench.permit(), bench.permit()];
    old.ignore();
    assert!(bench.rejects());
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 2);
}

#[test]
fn r9_a_probe_of_an_earlier_half_open_stay_decides_nothing_in_a_later_one() {
    let bench = Bench::new(Config::new().success_threshold(1));
    bench.half_open();
    let old = bench.permit();
    bench.fail();
    bench.advance(OPEN_FOR);
    assert_eq!(bench.state(), State::HalfOpen);
    old.success();
    assert_eq!(bench.state(), State::HalfOpen);
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r9_a_failure_from_before_a_reset_does_not_count_after_it() {
    let bench = Bench::default();
    let old: Vec<_> = (0..5).map(|_| bench.permit()).collect();
    bench.breaker.reset();
    for permit in old {
        permit.failure();
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.state, State::Closed);
    assert_eq!(snapshot.failures_in_a_row, 0);
    assert_eq!((snapshot.totals.failures, snapshot.totals.stale), (5, 5));
}

#[test]
fn r9_a_success_of_an_earlier_generation_does_not_end_a_row_of_failures() {
    let bench = Bench::default();
    let old = bench.permit();
    bench.breaker.reset();
    bench.fail_times(4);
    old.success();
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r9_only_transitions_and_resets_begin_a_generation() {
    let bench = Bench::default();
    let generation = || bench.breaker.snapshot().generation;
    assert_eq!(generation(), 0);
    bench.breaker.reset();
    assert_eq!(generation(), 1);
    bench.fail_times(5);
    assert_eq!(generation(), 2);
    bench.advance(OPEN_FOR);
    assert_eq!(generation(), 3);
    bench.breaker.force_open("test", None);
    bench.breaker.clear_override();
    let overrides = breaker_runtime::Overrides {
        threshold: Some(7),
        ..Default::default()
    };
    bench.registry.configure("payment", overrides).unwrap();
    assert_eq!(generation(), 3);
}
