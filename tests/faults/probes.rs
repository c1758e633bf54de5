//! Callers that hang up during a recovery, and ramps without load.

use std::time::Duration;

use breaker_runtime::{Config, State};

use crate::support::Bench;

const SECOND: Duration = Duration::from_secs(1);

/// Half open, with one probe at a time.
fn recovering(success_threshold: u32) -> Bench {
    let config = Config::new()
        .threshold(1)
        .open_for(10 * SECOND)
        .backoff(2.0)
        .max_open_for(600 * SECOND)
        .half_open_calls(1)
        .success_threshold(success_threshold);
    let bench = Bench::new(config);
    bench.fail();
    bench.advance(10 * SECOND);
    bench
}

#[test]
fn r7_one_caller_who_hangs_up_does_not_reopen_the_circuit() {
    for success_threshold in [1, 2, 3] {
        let bench = recovering(success_threshold);
        for _ in 0..2 {
            drop(bench.permit());
            assert_eq!(bench.state(), State::HalfOpen);
        }
        drop(bench.permit());
        assert_eq!(bench.state(), State::Open);
    }
}

#[test]
fn r7_as_many_cancellations_as_successes_are_needed_reopen_the_circuit() {
    let bench = recovering(5);
    for _ in 0..4 {
        drop(bench.permit());
        assert_eq!(bench.state(), State::HalfOpen);
    }
    drop(bench.permit());
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r12_cancelled_probes_repeat_the_open_period_and_do_not_lengthen_it() {
    let bench = recovering(1);
    for _ in 0..10 {
        for _ in 0..3 {
            drop(bench.permit());
        }
        assert_eq!(
            bench.breaker.snapshot().open_period,
            Some(10 * SECOND),
            "no failure, no back-off"
        );
        bench.advance(10 * SECOND);
    }
    bench.fail();
    assert_eq!(bench.breaker.snapshot().open_period, Some(20 * SECOND));
}

#[test]
fn r21_a_ramp_rejects_no_call_where_there_is_no_load() {
    let config = Config::new()
        .threshold(1)
        .success_threshold(1)
        .ramp(60 * SECOND);
    let bench = Bench::new(config);
    bench.fail();
    bench.advance(30 * SECOND);
    bench.permit().success();
    for _ in 0..6 {
        bench.permit().success();
        bench.advance(10 * SECOND);
    }
}

#[test]
fn the_snapshot_shows_how_far_the_probes_have_come() {
    let config = Config::new()
        .threshold(1)
        .success_threshold(3)
        .probe_failures(2);
    let bench = Bench::new(config);
    assert_eq!(bench.breaker.snapshot().probes, None);
    bench.fail();
    bench.advance(30 * SECOND);
    bench.permit().success();
    bench.permit().failure();
    bench.permit().success();
    let probes = bench.breaker.snapshot().probes.unwrap();
    assert_eq!((probes.succeeded, probes.failed), (2, 1));
    assert_eq!((probes.success_threshold, probes.probe_failures), (3, 2));
}
