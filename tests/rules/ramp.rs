//! R21: how the load returns after the circuit has closed.

use std::time::Duration;

use breaker_runtime::{Config, RejectionReason, State};

use crate::support::{Bench, OPEN_FOR};

const RAMP: Duration = Duration::from_secs(90);

/// Creates a breaker that has just closed and begins its ramp.
fn ramping() -> Bench {
    let bench = Bench::new(Config::new().ramp(RAMP).backoff(2.0));
    bench.half_open();
    for _ in 0..3 {
        bench.succeed();
    }
    assert_eq!(bench.state(), State::Closed);
    bench
}

/// Makes calls and returns the numbers of those that are admitted.
fn passing(bench: &Bench, calls: usize) -> Vec<usize> {
    let passes = |call: &usize| {
        let permit = bench.breaker.try_acquire();
        if let Err(rejection) = &permit {
            assert_eq!(rejection.reason(), RejectionReason::Ramp, "{call}");
            assert_eq!(rejection.state(), State::Closed);
        }
        permit.map(breaker_runtime::Permit::success).is_ok()
    };
    (1..=calls).filter(passes).collect()
}

#[test]
fn r21_the_first_call_after_closing_passes_and_then_every_tenth() {
    let bench = ramping();
    assert_eq!(bench.breaker.snapshot().ramp, Some(0.1));
    assert_eq!(passing(&bench, 31), [1, 11, 21, 31]);
}

#[test]
fn r21_at_a_quarter_every_fourth_call_passes() {
    let bench = ramping();
    bench.advance(RAMP / 6);
    assert_eq!(bench.breaker.snapshot().ramp, Some(0.25));
    assert_eq!(passing(&bench, 13), [1, 5, 9, 13]);
}

#[test]
fn r21_after_the_ramp_every_call_passes() {
    let bench = ramping();
    bench.advance(RAMP);
    assert_eq!(passing(&bench, 5).len(), 5);
    assert_eq!(bench.breaker.snapshot().ramp, None);
}

#[test]
fn r21_a_rejection_by_the_ramp_gives_that_reason() {
    let bench = ramping();
    bench.succeed();
    let rejection = bench.breaker.try_acquire().unwrap_err();
    assert_eq!(rejection.retry_after(), None);
    assert_eq!(
        rejection.to_string(),
        "circuit breaker `payment` is ramping up and admits only a share of the calls"
    );
    assert_eq!(bench.breaker.snapshot().totals.rejected, 1);
}

#[test]
fn r21_a_trip_during_the_ramp_counts_as_an_opening_in_a_row() {
    let bench = ramping();
    bench.advance(RAMP / 2);
    while bench.state() == State::Closed {
        let _ = bench.breaker.call(|| Err::<(), _>("down"));
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.state, State::Open);
    assert_eq!(snapshot.open_period, Some(2 * OPEN_FOR));
}

#[test]
fn r12_the_closed_time_that_restarts_the_backoff_begins_at_the_end_of_the_ramp() {
    for (closed, period) in [(OPEN_FOR / 2, 2 * OPEN_FOR), (OPEN_FOR, OPEN_FOR)] {
        let bench = ramping();
        bench.advance(RAMP + closed);
        bench.fail_times(5);
        assert_eq!(bench.breaker.snapshot().open_period, Some(period));
    }
}

#[test]
fn r21_a_reset_begins_no_ramp_and_forced_closed_rejects_nothing_during_one() {
    let bench = ramping();
    bench.breaker.force_closed("test", None);
    assert_eq!(passing(&bench, 20).len(), 20);
    bench.breaker.clear_override();
    bench.breaker.reset();
    assert_eq!(passing(&bench, 20).len(), 20);
}
