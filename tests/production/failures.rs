//! Failures by kind: in the totals, in the window, and behind an opening.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::{
    BreakerError, Config, FailureKind, Failures, Transition, Window, circuit_breaker,
};

use crate::support::{Bench, OPEN_FOR};

const SECOND: Duration = Duration::from_secs(1);

/// Returns the transition of the last opening.
fn opening(bench: &Bench) -> Transition {
    let history = bench.breaker.snapshot().history;
    let mut openings = history.into_iter().rev().map(|past| past.transition);
    openings
        .find(|transition| transition.open_period.is_some())
        .expect("the circuit has opened")
}

/// Returns the kinds that occurred, with their numbers.
fn kinds(failures: &Failures) -> Vec<(FailureKind, u64)> {
    failures.ranked()
}

fn panic_in(bench: &Bench) {
    let call = || bench.breaker.call(|| -> Result<(), ()> { panic!("test") });
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
}

#[test]
fn returned_values_and_panics_are_told_apart() {
    let bench = Bench::new(Config::new().threshold(3));
    panic_in(&bench);
    bench.fail_times(2);
    let expected = vec![(FailureKind::Returned, 2), (FailureKind::Panicked, 1)];
    let totals = bench.breaker.snapshot().totals;
    assert_eq!(kinds(&totals.failures_by_kind), expected);
    assert_eq!(totals.failures, 3);
    let opening = opening(&bench);
    assert_eq!(
        (opening.failures, kinds(&opening.failures_by_kind)),
        (3, expected)
    );
    assert_eq!(
        opening.to_string(),
        "closed -> open (failures_in_a_row: returned, panicked)"
    );
    assert_eq!(
        format!("{opening:#}"),
        "closed -> open for 30s (failures_in_a_row: 2 returned, 1 panicked)"
    );
}

#[test]
fn a_panic_with_a_permit_is_a_panic() {
    let bench = Bench::new(Config::new().threshold(1));
    let call = || {
        let _permit = bench.permit();
        panic!("test");
    };
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(opening(&bench).failures_by_kind.panicked, 1);
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(
    name = "failures_of_futures",
    threshold = 3,
    call_timeout = "2s",
    cancel_after = "1s"
)]
async fn hangs() -> Result<(), Error> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_timeouts_open_says_so() {
    let test = TestRegistry::with_clock(TokioClock::new());
    let breaker = test.get("failures_of_futures").expect("declared above");
    for _ in 0..2 {
        assert!(test.scope(hangs()).await.is_err());
    }
    // An outer timeout that is shorter than `call_timeout` drops the future.
    let dropped = tokio::time::timeout(SECOND, test.scope(hangs())).await;
    assert!(dropped.is_err());
    let snapshot = breaker.snapshot();
    let opening = &snapshot.history[0].transition;
    assert_eq!(
        kinds(&opening.failures_by_kind),
        [(FailureKind::TimedOut, 2), (FailureKind::Dropped, 1)]
    );
    assert_eq!(
        format!("{opening:#}"),
        "closed -> open for 30s (failures_in_a_row: 2 timed_out, 1 dropped)"
    );
    assert_eq!(snapshot.totals.failures_by_kind, opening.failures_by_kind);
}

#[test]
fn slow_calls_count_as_slow_whether_they_have_ended_or_are_in_flight() {
    let bench = Bench::new(Config::new().threshold(3).slow_call(SECOND));
    let ends = bench.permit();
    bench.advance(SECOND);
    ends.success();
    let _in_flight = [bench.permit(), bench.permit()];
    bench.advance(2 * SECOND);
    let opening = opening(&bench);
    assert_eq!(kinds(&opening.failures_by_kind), [(FailureKind::Slow, 3)]);
    assert_eq!(
        opening.to_string(),
        "closed -> open (failures_in_a_row: slow)"
    );
    let totals = bench.breaker.snapshot().totals;
    assert_eq!(totals.failures_by_kind.slow, 3);
    assert_eq!((totals.failures, totals.successes), (0, 1));
}

#[test]
fn a_slow_call_that_returns_a_failure_is_a_returned_failure() {
    let bench = Bench::new(Config::new().threshold(1).slow_call(10 * SECOND));
    let _ = bench.breaker.call(|| {
        bench.clock.advance(10 * SECOND);
        Err::<(), _>("down")
    });
    // It became slow while it was in flight, and that opened the circuit before it returned.
    assert_eq!(opening(&bench).failures_by_kind.slow, 1);
    let totals = bench.breaker.snapshot().totals;
    assert_eq!(totals.failures_by_kind.returned, 1);
}

#[test]
fn a_probe_without_an_outcome_is_silent() {
    let bench = Bench::new(Config::new().probe_timeout(5 * SECOND));
    bench.half_open();
    let _probe = bench.permit();
    bench.advance(5 * SECOND);
    assert!(bench.rejects());
    let opening = opening(&bench);
    assert_eq!(kinds(&opening.failures_by_kind), [(FailureKind::Silent, 1)]);
    assert_eq!(
        opening.to_string(),
        "half_open -> open (probe_timed_out: silent)"
    );
    let totals = bench.breaker.snapshot().totals;
    assert_eq!(totals.failures_by_kind.silent, 1);
    assert_eq!(totals.failures, 5);
}

#[test]
fn failed_probes_are_told_apart() {
    let bench = Bench::new(Config::new().probe_failures(2));
    bench.half_open();
    panic_in(&bench);
    bench.fail();
    assert_eq!(
        kinds(&opening(&bench).failures_by_kind),
        [(FailureKind::Returned, 1), (FailureKind::Panicked, 1)]
    );
}

#[test]
fn a_window_tells_failures_apart_until_they_leave_it() {
    for window in [Window::Calls(10), Window::Time(10 * SECOND)] {
        let config = Config::new().window(window).failure_rate(0.9).min_calls(10);
        let bench = Bench::new(config);
        let in_window = || {
            let window = bench.breaker.snapshot().window.expect("a window is set");
            assert_eq!(window.failures, window.failures_by_kind.all());
            kinds(&window.failures_by_kind)
        };
        panic_in(&bench);
        bench.advance(6 * SECOND);
        bench.fail_times(2);
        assert_eq!(
            in_window(),
            [(FailureKind::Returned, 2), (FailureKind::Panicked, 1)]
        );
        bench.advance(6 * SECOND);
        for _ in 0..8 {
            bench.succeed();
        }
        assert_eq!(in_window(), [(FailureKind::Returned, 2)]);
    }
}

#[test]
fn an_opening_by_a_rate_has_the_kinds_in_the_window() {
    let config = Config::new().window(Window::Calls(10)).failure_rate(0.5);
    let bench = Bench::new(config.min_calls(4));
    bench.succeed();
    bench.succeed();
    panic_in(&bench);
    bench.fail();
    let opening = opening(&bench);
    assert_eq!(
        kinds(&opening.failures_by_kind),
        [(FailureKind::Returned, 1), (FailureKind::Panicked, 1)]
    );
    bench.advance(OPEN_FOR);
    bench.permit().success();
    let frozen = bench.breaker.snapshot().window.expect("a window is set");
    assert_eq!(frozen.failures_by_kind, opening.failures_by_kind);
}

#[test]
fn a_panic_is_never_seen_as_a_returned_failure() {
    let bench = Bench::new(Config::new().threshold(u32::MAX));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20_000 {
                let call = || -> Result<(), ()> { resume_unwind(Box::new(())) };
                let _ = catch_unwind(AssertUnwindSafe(|| bench.breaker.call(call)));
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let totals = bench.breaker.snapshot().totals;
            assert_eq!(totals.failures_by_kind.returned, 0);
            assert_eq!(totals.failures, totals.failures_by_kind.panicked);
        }
    });
}
