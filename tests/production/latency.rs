//! The latency histogram in a snapshot.

use std::time::Duration;

use breaker_runtime::{Config, Outcome, Overrides, Window};

use crate::support::Bench;

const SECOND: Duration = Duration::from_secs(1);

fn take(bench: &Bench, time: Duration, outcome: Outcome) {
    let permit = bench.breaker.try_acquire().unwrap();
    bench.clock.advance(time);
    permit.record(outcome);
}

#[test]
fn latency_is_off_by_default() {
    let bench = Bench::default();
    bench.succeed();
    assert_eq!(bench.breaker.snapshot().latency, None);
}

#[test]
fn every_call_that_ends_with_an_outcome_is_measured() {
    let plain = Config::new().latency(true).threshold(100);
    for config in [
        plain,
        plain.slow_call(9 * SECOND),
        plain.window(Window::Time(60 * SECOND)).max_failures(99),
    ] {
        let bench = Bench::new(config);
        for (time, outcome) in [
            (1, Outcome::Success),
            (2, Outcome::Failure),
            (3, Outcome::Ignored),
            (4, Outcome::Success),
        ] {
            take(&bench, time * SECOND, outcome);
        }
        drop(bench.breaker.try_acquire().unwrap());
        let latency = bench.breaker.snapshot().latency.unwrap();
        assert_eq!(latency.count(), 4, "{config:?}");
        assert_eq!(latency.sum(), 10 * SECOND, "{config:?}");
        assert_eq!(bench.breaker.snapshot().totals.calls, 5);
    }
}

#[test]
fn probes_are_measured_too() {
    let bench = Bench::new(Config::new().latency(true));
    bench.breaker.trip();
    bench.clock.advance(30 * SECOND);
    take(&bench, SECOND, Outcome::Success);
    let latency = bench.breaker.snapshot().latency.unwrap();
    assert_eq!((latency.count(), latency.sum()), (1, SECOND));
}

#[test]
fn a_measured_breaker_opens_and_closes_like_any_other() {
    let bench = Bench::new(Config::new().latency(true));
    for _ in 0..4 {
        bench.fail();
    }
    bench.succeed();
    assert_eq!(bench.breaker.snapshot().failures_in_a_row, 0);
    for _ in 0..5 {
        bench.fail();
    }
    assert!(bench.breaker.try_acquire().is_err());
}

#[test]
fn latency_can_be_turned_on_and_off_at_run_time() {
    let bench = Bench::default();
    let latency = |on| {
        let overrides = Overrides {
            latency: Some(on),
            ..Overrides::default()
        };
        bench.registry.configure("payment", overrides).unwrap();
    };
    latency(true);
    take(&bench, SECOND, Outcome::Success);
    latency(false);
    take(&bench, SECOND, Outcome::Success);
    let kept = bench.breaker.snapshot().latency.unwrap();
    assert_eq!(kept.count(), 1);
}
