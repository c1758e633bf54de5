//! R19: slow calls, including those that are still in flight.

use std::time::Duration;

use breaker_runtime::{Config, Reason, State, Window};

use crate::support::{Bench, OPEN_FOR};

const LIMIT: Duration = Duration::from_secs(2);

/// Creates a breaker for which a slow call is a failure.
fn failing() -> Bench {
    Bench::new(Config::new().slow_call(LIMIT).threshold(3))
}

/// Creates a breaker with a separate rate for slow calls.
fn rated() -> Bench {
    Bench::new(
        Config::new()
            .slow_call(LIMIT)
            .window(Window::Calls(10))
            .slow_rate(0.5)
            .min_calls(4),
    )
}

fn slow_success(bench: &Bench) {
    let permit = bench.permit();
    bench.advance(LIMIT);
    permit.success();
}

#[test]
fn r19_without_a_rate_a_slow_success_is_a_failure_to_the_machine_and_a_success_in_the_totals() {
    let bench = failing();
    for _ in 0..3 {
        slow_success(&bench);
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.state, State::Open);
    assert_eq!(
        (snapshot.totals.successes, snapshot.totals.failures),
        (3, 0)
    );
    assert_eq!(snapshot.totals.slow, 3);
}

#[test]
fn r19_a_call_is_slow_from_its_limit_on() {
    let bench = failing();
    for just_in_time in [true, false] {
        let permit = bench.permit();
        let time = if just_in_time {
            LIMIT.saturating_sub(Duration::from_nanos(1))
        } else {
            LIMIT
        };
        bench.advance(time);
        permit.success();
        let slow = bench.breaker.snapshot().totals.slow;
        assert_eq!(slow, u64::from(!just_in_time));
    }
}

#[test]
fn r19_with_a_rate_slow_successes_open_the_circuit_by_their_share() {
    let bench = rated();
    let record = bench.record();
    bench.succeed();
    bench.succeed();
    slow_success(&bench);
    assert_eq!(bench.state(), State::Closed);
    slow_success(&bench);
    assert_eq!(bench.state(), State::Open);
    let expected = (State::Closed, State::Open, Reason::SlowRate);
    assert_eq!(record.transitions(), [expected]);
}

#[test]
fn r19_a_dependency_that_hangs_opens_the_circuit_before_its_first_call_returns() {
    let bench = failing();
    let hanging: Vec<_> = (0..3).map(|_| bench.permit()).collect();
    bench.advance(LIMIT);
    assert!(bench.rejects());
    assert_eq!(bench.breaker.snapshot().totals.calls, 0);
    drop(hanging);
    assert_eq!(bench.breaker.snapshot().totals.cancelled, 3);
}

#[test]
fn r19_a_reading_notices_too_and_the_event_says_since_when() {
    let bench = failing();
    let record = bench.record();
    let _hanging: Vec<_> = (0..3).map(|_| bench.permit()).collect();
    bench.advance(LIMIT + Duration::from_secs(5));
    assert_eq!(bench.state(), State::Open);
    let events = record.take();
    let breaker_runtime::EventKind::Transition(transition) = events[0].kind() else {
        panic!("{events:?}");
    };
    let late = events[0].at().duration_since(transition.due_at.unwrap());
    assert_eq!(late.unwrap(), Duration::from_secs(5));
}

#[test]
fn r19_a_call_that_was_noticed_in_flight_adds_only_what_is_missing_when_it_ends() {
    let bench = rated();
    let permit = bench.permit();
    bench.advance(LIMIT);
    let window = || bench.breaker.snapshot().window.unwrap();
    assert_eq!(
        (window().calls, window().slow, window().failures),
        (1, 1, 0)
    );
    permit.failure();
    assert_eq!(
        (window().calls, window().slow, window().failures),
        (1, 1, 1)
    );
    let permit = bench.permit();
    bench.advance(LIMIT);
    assert_eq!(window().calls, 2);
    permit.success();
    assert_eq!(
        (window().calls, window().slow, window().failures),
        (2, 2, 1)
    );
    let totals = bench.breaker.snapshot().totals;
    assert_eq!(
        (totals.calls, totals.successes, totals.failures, totals.slow),
        (2, 1, 1, 2)
    );
}

#[test]
fn r7_r19_a_slow_probe_opens_the_circuit_again() {
    let bench = failing();
    let record = bench.record();
    bench.breaker.trip();
    bench.advance(OPEN_FOR);
    let probe = bench.permit();
    bench.advance(LIMIT);
    assert_eq!(bench.state(), State::Open);
    assert_eq!(
        record.transitions().last(),
        Some(&(State::HalfOpen, State::Open, Reason::ProbeSlow))
    );
    probe.success();
    assert_eq!(bench.breaker.snapshot().totals.stale, 1);
}

#[test]
fn r9_r19_a_slow_call_of_an_older_generation_is_counted_as_slow_and_stale() {
    let bench = failing();
    let permit = bench.permit();
    bench.breaker.reset();
    bench.advance(LIMIT);
    permit.success();
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.slow, totals.stale, totals.successes), (1, 1, 1));
}

#[test]
fn r19_slots_of_calls_in_flight_are_reused() {
    let bench = rated();
    for _ in 0..100 {
        let permits: Vec<_> = (0..10).map(|_| bench.permit()).collect();
        for permit in permits {
            permit.success();
        }
    }
    assert_eq!(bench.breaker.snapshot().totals.successes, 1_000);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r3_r19_a_slow_call_that_is_ignored_or_cancelled_changes_no_count() {
    let bench = failing();
    for _ in 0..10 {
        let (ignored, cancelled) = (bench.permit(), bench.permit());
        bench.advance(LIMIT);
        ignored.ignore();
        // Nothing has read the breaker since the limit, so this call ends before it could count as slow.
        drop(cancelled);
        bench.breaker.reset();
    }
    assert_eq!(bench.breaker.snapshot().totals.opens, 0);
}

#[test]
fn r3_r19_with_a_rate_a_slow_success_ends_a_row_of_failures_noticed_or_not() {
    for noticed in [true, false] {
        let bench = Bench::new(
            Config::new()
                .slow_call(LIMIT)
                .window(Window::Calls(100))
                .slow_rate(1.0)
                .threshold(2),
        );
        bench.fail();
        let permit = bench.permit();
        bench.advance(LIMIT);
        if noticed {
            assert_eq!(bench.state(), State::Closed);
        }
        permit.success();
        assert_eq!(bench.breaker.snapshot().failures_in_a_row, 0, "{noticed}");
        bench.fail();
        assert_eq!(bench.state(), State::Closed);
    }
}

#[test]
fn r23_a_slow_call_that_fails_has_opened_the_circuit_when_it_became_slow() {
    let bench = Bench::new(Config::new().slow_call(LIMIT).threshold(1));
    let record = bench.record();
    let permit = bench.permit();
    bench.advance(2 * LIMIT);
    permit.failure();
    assert_eq!(bench.breaker.snapshot().totals.stale, 1);
    let events = record.take();
    let breaker_runtime::EventKind::Transition(transition) = events[0].kind() else {
        panic!("{events:?}");
    };
    let since = bench.breaker.snapshot().since;
    assert_eq!(transition.due_at, Some(since));
}

#[test]
fn r4_r19_the_end_of_a_call_that_already_counted_as_slow_opens_nothing() {
    let bench = rated();
    let (one, two) = (bench.permit(), bench.permit());
    bench.advance(LIMIT + LIMIT / 8);
    assert_eq!(bench.state(), State::Closed, "two calls are too few");
    bench.succeed();
    bench.succeed();
    assert_eq!(
        bench.state(),
        State::Closed,
        "a fast success opens no circuit"
    );
    one.success();
    two.success();
    assert_eq!(bench.state(), State::Closed, "nothing was missing");
    slow_success(&bench);
    assert_eq!(bench.state(), State::Open);
}
