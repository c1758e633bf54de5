//! R7 and R8: the half-open state.

use std::time::Duration;

use breaker_runtime::{Config, Reason, State};

use crate::support::{Bench, OPEN_FOR};

#[test]
fn r7_half_open_admits_at_most_its_permits_at_once() {
    let bench = Bench::default();
    bench.half_open();
    let first = bench.permit();
    let second = bench.permit();
    assert!(bench.rejects());
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 2);
    first.success();
    let third = bench.permit();
    assert!(bench.rejects());
    drop((second, third));
}

#[test]
fn r7_success_threshold_successes_close_the_circuit() {
    let bench = Bench::default();
    let record = bench.record();
    bench.half_open();
    bench.succeed();
    bench.succeed();
    assert_eq!(bench.state(), State::HalfOpen);
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(
        record.transitions().last(),
        Some(&(State::HalfOpen, State::Closed, Reason::ProbesSucceeded))
    );
}

#[test]
fn r7_a_failed_probe_opens_the_circuit_again() {
    let bench = Bench::default();
    let record = bench.record();
    bench.half_open();
    bench.succeed();
    bench.fail();
    assert_eq!(bench.state(), State::Open);
    assert_eq!(
        record.transitions().last(),
        Some(&(State::HalfOpen, State::Open, Reason::ProbeFailed))
    );
}

#[test]
fn r7_the_nth_failed_probe_opens_the_circuit_again() {
    let bench = Bench::new(Config::new().probe_failures(3).success_threshold(10));
    bench.half_open();
    bench.fail();
    bench.succeed();
    bench.fail();
    bench.succeed();
    assert_eq!(bench.state(), State::HalfOpen);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r7_cancellations_with_no_success_between_them_open_the_circuit_again() {
    let bench = Bench::default();
    let record = bench.record();
    bench.half_open();
    drop(bench.permit());
    drop(bench.permit());
    bench.succeed();
    drop(bench.permit());
    drop(bench.permit());
    assert_eq!(bench.state(), State::HalfOpen);
    drop(bench.permit());
    assert_eq!(bench.state(), State::Open);
    assert_eq!(
        record.transitions().last(),
        Some(&(State::HalfOpen, State::Open, Reason::ProbesCancelled))
    );
}

#[test]
fn r7_ignored_probes_release_their_permits() {
    let bench = Bench::new(Config::new().success_threshold(30));
    bench.half_open();
    for _ in 0..29 {
        let (first, second) = (bench.permit(), bench.permit());
        first.ignore();
        second.ignore();
    }
    assert_eq!(bench.state(), State::HalfOpen);
    for _ in 0..30 {
        bench.succeed();
    }
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r7_probes_that_are_ignored_without_a_failure_close_the_circuit() {
    let bench = Bench::default();
    bench.half_open();
    let record = bench.record();
    for _ in 0..5 {
        bench.permit().ignore();
    }
    // They decide nothing about the ignored ones.
    bench.succeed();
    drop(bench.permit());
    assert_eq!(bench.state(), State::HalfOpen);
    bench.permit().ignore();
    assert_eq!(
        record.transitions(),
        [(State::HalfOpen, State::Closed, Reason::ProbesInconclusive)]
    );
}

#[test]
fn r7_a_failed_or_silent_probe_starts_the_count_of_ignored_ones_anew() {
    for silent in [false, true] {
        let bench = Bench::new(Config::new().probe_failures(2).success_threshold(1));
        bench.half_open();
        bench.permit().ignore();
        let probe = bench.permit();
        if silent {
            bench.advance(Duration::from_secs(30));
        } else {
            probe.failure();
        }
        bench.permit().ignore();
        assert_eq!(bench.state(), State::HalfOpen);
        bench.permit().ignore();
        assert_eq!(bench.state(), State::Closed);
    }
}

#[test]
fn r7_a_ramp_follows_probes_that_were_inconclusive() {
    let config = Config::new()
        .success_threshold(1)
        .ramp(Duration::from_secs(60));
    let bench = Bench::new(config);
    bench.half_open();
    bench.permit().ignore();
    bench.permit().ignore();
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.breaker.snapshot().ramp, Some(0.1));
}

#[test]
fn r7_fewer_permits_than_needed_successes_never_get_stuck() {
    for calls in 1..4 {
        for successes in 1..7 {
            let config = Config::new()
                .half_open_calls(calls)
                .success_threshold(successes);
            let bench = Bench::new(config);
            bench.half_open();
            for _ in 0..successes {
                bench.succeed();
            }
            assert_eq!(
                bench.state(),
                State::Closed,
                "{calls} at once, {successes} needed"
            );
        }
    }
}

#[test]
fn r8_a_silent_probe_counts_as_failed_when_the_next_call_or_reading_notices() {
    let bench = Bench::default();
    let record = bench.record();
    bench.half_open();
    let silent = bench.permit();
    bench.advance(Duration::from_secs(30));
    assert!(bench.rejects());
    assert_eq!(bench.state(), State::Open);
    assert_eq!(
        record.transitions().last(),
        Some(&(State::HalfOpen, State::Open, Reason::ProbeTimedOut))
    );
    drop(silent);
}

#[test]
fn r8_a_silent_probe_releases_its_permit_when_more_failures_are_allowed() {
    let config = Config::new()
        .half_open_calls(1)
        .probe_failures(2)
        .probe_timeout(Duration::from_secs(1));
    let bench = Bench::new(config);
    bench.half_open();
    let silent = bench.permit();
    assert!(bench.rejects());
    bench.advance(Duration::from_secs(1));
    let next = bench.permit();
    assert_eq!(bench.state(), State::HalfOpen);
    silent.success();
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 1);
    next.failure();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r8_the_late_outcome_of_a_timed_out_probe_is_stale() {
    let bench = Bench::new(Config::new().success_threshold(1));
    bench.half_open();
    let late = bench.permit();
    bench.advance(Duration::from_secs(30));
    late.success();
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.state, State::Open);
    assert_eq!(snapshot.totals.successes, 1);
    assert_eq!(snapshot.totals.stale, 1);
}

#[test]
fn r8_the_probe_timeout_defaults_to_the_longer_of_open_for_and_30_s() {
    let config = |open_for| Config::new().open_for(Duration::from_secs(open_for));
    let timeout = |open_for| Bench::new(config(open_for)).breaker.config().probe_timeout;
    assert_eq!(timeout(5), Duration::from_secs(30));
    assert_eq!(timeout(90), Duration::from_secs(90));
    assert_eq!(Bench::default().breaker.config().open_for, OPEN_FOR);
}
