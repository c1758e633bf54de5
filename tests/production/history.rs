//! The history in a snapshot.

use std::time::Duration;

use breaker_runtime::{Config, Reason, RejectionReason, State, Window};

use crate::support::{Bench, OPEN_FOR};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn transitions_are_kept_with_their_reasons_and_counted() {
    let bench = Bench::default();
    for _ in 0..2 {
        for _ in 0..5 {
            bench.fail();
        }
        bench.clock.advance(OPEN_FOR);
        for _ in 0..3 {
            bench.succeed();
        }
    }
    let snapshot = bench.breaker.snapshot();
    let past = snapshot.history.iter().map(|past| &past.transition);
    let past: Vec<_> = past.map(|one| (one.from, one.to, one.reason)).collect();
    let life = [
        (State::Closed, State::Open, Reason::FailuresInARow),
        (State::Open, State::HalfOpen, Reason::OpenPeriodEnded),
        (State::HalfOpen, State::Closed, Reason::ProbesSucceeded),
    ];
    assert_eq!(past, [life, life].concat());
    let counts = snapshot.transitions.iter();
    let counts: Vec<_> = counts
        .map(|one| (one.from, one.to, one.reason, one.count))
        .collect();
    assert_eq!(counts, life.map(|(from, to, reason)| (from, to, reason, 2)));
    assert_eq!(snapshot.history[3].transition.generation, 4);
    let totals = snapshot.totals;
    assert_eq!((totals.opens, totals.half_opens, totals.closes), (2, 2, 2));
    assert_eq!(totals.last_transition_at, Some(snapshot.history[5].at));
}

#[test]
fn a_new_breaker_has_no_history() {
    let snapshot = Bench::default().breaker.snapshot();
    assert_eq!(snapshot.history, []);
    assert_eq!(snapshot.transitions, []);
}

#[test]
fn a_transition_carries_its_evidence() {
    let window = Config::new().window(Window::Calls(10)).min_calls(4);
    let in_a_row = Bench::default();
    for _ in 0..5 {
        in_a_row.fail();
    }
    let rated = Bench::new(window.failure_rate(0.5));
    rated.succeed();
    rated.succeed();
    rated.fail();
    rated.fail();
    let counted = Bench::new(window.max_failures(3));
    for _ in 0..2 {
        counted.fail();
        counted.succeed();
    }
    counted.fail();
    let last = |bench: &Bench| {
        let snapshot = bench.breaker.snapshot();
        let transition = &snapshot.history.last().unwrap().transition;
        (transition.reason, transition.failures, transition.rate)
    };
    assert_eq!(last(&in_a_row), (Reason::FailuresInARow, 5, None));
    assert_eq!(last(&rated), (Reason::FailureRate, 2, Some(0.5)));
    assert_eq!(last(&counted), (Reason::MaxFailures, 3, None));

    in_a_row.clock.advance(OPEN_FOR);
    in_a_row.fail();
    assert_eq!(last(&in_a_row), (Reason::ProbeFailed, 1, None));
    in_a_row.breaker.reset();
    assert_eq!(last(&in_a_row), (Reason::Reset, 0, None));
}

#[test]
fn open_time_ends_when_the_period_does_and_not_when_that_is_noticed() {
    let bench = Bench::default();
    bench.breaker.trip();
    bench.clock.advance(OPEN_FOR / 2);
    assert_eq!(bench.breaker.snapshot().totals.open_time, OPEN_FOR / 2);
    bench.clock.advance(MINUTE);
    assert_eq!(bench.breaker.snapshot().totals.open_time, OPEN_FOR);
}

#[test]
fn rejections_are_counted_once_and_by_reason() {
    let bench = Bench::new(
        Config::new()
            .half_open_calls(1)
            .success_threshold(1)
            .ramp(MINUTE),
    );
    let reject = |reason| {
        assert_eq!(bench.breaker.try_acquire().unwrap_err().reason(), reason);
    };
    bench.breaker.trip();
    reject(RejectionReason::Open);
    bench.clock.advance(OPEN_FOR);
    let probe = bench.breaker.try_acquire().unwrap();
    reject(RejectionReason::HalfOpenFull);
    probe.success();
    bench.succeed();
    reject(RejectionReason::Ramp);
    bench.breaker.force_open("a test", None);
    reject(RejectionReason::Forced);
    let totals = bench.breaker.snapshot().totals;
    let by = totals.rejections;
    assert_eq!(
        (by.open, by.half_open_full, by.ramp, by.forced),
        (1, 1, 1, 1)
    );
    assert_eq!(totals.rejected, 4);
}
