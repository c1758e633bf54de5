//! R34: the progress of a probe.

use std::time::Duration;

use breaker_runtime::{Config, Reason, State};

use crate::support::{Bench, OPEN_FOR};

/// A second before the `probe_timeout` of [`Bench::default`].
const NEARLY: Duration = Duration::from_secs(29);

#[test]
fn r34_a_probe_that_makes_progress_is_not_silent() {
    let bench = Bench::new(Config::new().success_threshold(1));
    bench.half_open();
    let probe = bench.permit();
    for _ in 0..10 {
        bench.advance(NEARLY);
        probe.progress();
    }
    bench.advance(NEARLY);
    assert_eq!(bench.state(), State::HalfOpen);
    probe.success();
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r34_a_probe_is_silent_when_probe_timeout_has_passed_since_its_last_progress() {
    let bench = Bench::default();
    let record = bench.record();
    bench.half_open();
    let probe = bench.permit();
    bench.advance(NEARLY);
    probe.progress();
    bench.advance(NEARLY);
    assert_eq!(bench.state(), State::HalfOpen);
    bench.advance(Duration::from_secs(1));
    assert_eq!(bench.state(), State::Open);
    assert_eq!(
        record.transitions().last(),
        Some(&(State::HalfOpen, State::Open, Reason::ProbeTimedOut))
    );
    drop(probe);
}

#[test]
fn r34_progress_that_comes_too_late_changes_nothing() {
    let bench = Bench::new(Config::new().success_threshold(1));
    bench.half_open();
    let late = bench.permit();
    bench.advance(Duration::from_secs(30));
    late.progress();
    assert_eq!(bench.state(), State::Open);
    bench.advance(2 * OPEN_FOR);
    let probe = bench.permit();
    bench.advance(NEARLY);
    late.progress();
    bench.advance(Duration::from_secs(1));
    assert_eq!(
        bench.state(),
        State::Open,
        "the probe of this stay was silent"
    );
    drop((late, probe));
}

#[test]
fn r34_the_progress_of_one_probe_keeps_no_other() {
    for order in [[0, 1], [1, 0]] {
        let bench = Bench::new(Config::new().probe_failures(2));
        bench.half_open();
        // Both begin at the same instant.
        let probes = [bench.permit(), bench.permit()];
        bench.advance(NEARLY);
        probes[order[0]].progress();
        bench.advance(Duration::from_secs(1));
        assert_eq!(bench.breaker.snapshot().probes_in_flight, 1);
        probes[order[1]].progress();
        bench.advance(NEARLY);
        assert_eq!(bench.state(), State::Open, "the other probe was silent too");
        drop(probes);
    }
}

#[test]
fn r34_a_probe_that_makes_progress_may_still_become_slow() {
    let bench = Bench::new(Config::new().slow_call(Duration::from_secs(10)));
    let record = bench.record();
    bench.half_open();
    let probe = bench.permit();
    bench.advance(Duration::from_secs(9));
    probe.progress();
    bench.advance(Duration::from_secs(1));
    assert_eq!(bench.state(), State::Open);
    assert_eq!(
        record.transitions().last(),
        Some(&(State::HalfOpen, State::Open, Reason::ProbeSlow))
    );
    drop(probe);
}

#[test]
fn r34_the_progress_of_a_call_of_a_closed_circuit_does_nothing() {
    let bench = Bench::default();
    let record = bench.record();
    let permit = bench.permit();
    permit.progress();
    permit.success();
    assert_eq!(bench.breaker.snapshot().totals.successes, 1);
    assert!(record.take().is_empty());
}
