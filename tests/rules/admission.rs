//! R1 to R4 and R6: when calls are admitted and when the circuit opens.

use std::time::Duration;

use breaker_runtime::{CallError, Config, Reason, RejectionReason, State};

use crate::support::{Bench, OPEN_FOR};

#[test]
fn r1_closed_admits_every_call() {
    let bench = Bench::default();
    let permits: Vec<_> = (0..1000).map(|_| bench.permit()).collect();
    assert_eq!(permits.len(), 1000);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r2_the_failure_that_meets_the_threshold_opens_the_circuit() {
    let bench = Bench::default();
    bench.fail_times(4);
    assert_eq!(bench.state(), State::Closed);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
    assert!(bench.rejects());
}

#[test]
fn r2_a_threshold_of_one_opens_at_the_first_failure() {
    let bench = Bench::new(Config::new().threshold(1));
    bench.fail();
    assert!(bench.rejects());
}

#[test]
fn r3_a_success_sets_the_failures_in_a_row_to_zero() {
    let bench = Bench::default();
    for _ in 0..10 {
        bench.fail_times(4);
        bench.succeed();
        assert_eq!(bench.breaker.snapshot().failures_in_a_row, 0);
    }
    assert_eq!(bench.state(), State::Closed);
    bench.fail_times(5);
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r3_ignored_and_cancelled_calls_do_not_change_the_failures_in_a_row() {
    let bench = Bench::default();
    bench.fail_times(4);
    bench.permit().ignore();
    drop(bench.permit());
    assert_eq!(bench.breaker.snapshot().failures_in_a_row, 4);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r4_no_success_opens_the_circuit_after_the_threshold_was_lowered() {
    let bench = Bench::default();
    bench.fail_times(4);
    let lower = breaker_runtime::Overrides {
        threshold: Some(2),
        ..Default::default()
    };
    bench.registry.configure("payment", lower).unwrap();
    bench.permit().ignore();
    assert_eq!(bench.state(), State::Closed);
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
    bench.fail_times(2);
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r6_open_rejects_every_call_until_the_open_period_has_passed() {
    let bench = Bench::default();
    bench.fail_times(5);
    bench.advance(OPEN_FOR - Duration::from_nanos(1));
    let rejection = bench.breaker.try_acquire().unwrap_err();
    assert_eq!(rejection.reason(), RejectionReason::Open);
    assert_eq!(rejection.retry_after(), Some(Duration::from_nanos(1)));
    bench.advance(Duration::from_nanos(1));
    let probe = bench.permit();
    assert_eq!(bench.state(), State::HalfOpen);
    drop(probe);
}

#[test]
fn r6_the_first_reading_after_the_open_period_half_opens_the_circuit_exactly_once() {
    let bench = Bench::default();
    let record = bench.record();
    bench.fail_times(5);
    bench.advance(OPEN_FOR + Duration::from_secs(7));
    for _ in 0..3 {
        assert_eq!(bench.breaker.snapshot().state, State::HalfOpen);
        assert_eq!(bench.state(), State::HalfOpen);
        assert_eq!(bench.registry.snapshot()[0].state, State::HalfOpen);
    }
    assert_eq!(
        record.transitions(),
        [
            (State::Closed, State::Open, Reason::FailuresInARow),
            (State::Open, State::HalfOpen, Reason::OpenPeriodEnded),
        ]
    );
    assert_eq!(bench.breaker.snapshot().totals.half_opens, 1);
}

#[test]
fn r6_names_settings_and_debug_are_not_readings() {
    let bench = Bench::default();
    let record = bench.record();
    bench.fail_times(5);
    record.take();
    bench.advance(OPEN_FOR);
    let _ = (bench.breaker.name(), bench.breaker.config());
    let _ = format!("{:?} {:?}", bench.breaker, bench.registry);
    let _ = bench.registry.breakers();
    assert_eq!(record.transitions(), []);
}

#[test]
fn r6_the_event_says_when_the_period_ended_and_when_that_was_noticed() {
    let bench = Bench::default();
    let record = bench.record();
    bench.fail_times(5);
    bench.advance(OPEN_FOR + Duration::from_secs(7));
    assert_eq!(bench.state(), State::HalfOpen);
    let events = record.effects();
    let breaker_runtime::EventKind::Transition(transition) = events[1].kind() else {
        panic!("{events:?}");
    };
    let late = events[1].at().duration_since(transition.due_at.unwrap());
    assert_eq!(late.unwrap(), Duration::from_secs(7));
}

#[test]
fn r6_r7_a_rejection_gives_the_name_the_reason_and_the_time() {
    let bench = Bench::default();
    bench.fail_times(5);
    bench.advance(Duration::from_millis(17_700));
    let rejection = bench.breaker.try_acquire().unwrap_err();
    assert_eq!(
        format!("{rejection:#}"),
        "circuit breaker `payment` is open; next probe in 12.3s"
    );
    assert_eq!(rejection.state(), State::Open);
    bench.advance(OPEN_FOR);
    let _probes = [bench.permit(), bench.permit()];
    let rejection = bench.breaker.try_acquire().unwrap_err();
    assert_eq!(
        rejection.to_string(),
        "circuit breaker `payment` is half open; all its probes are in flight"
    );
    assert_eq!(rejection.reason(), RejectionReason::HalfOpenFull);
    assert_eq!(rejection.retry_after(), None);
}

#[tokio::test]
async fn r2_a_future_is_classified_by_its_result() {
    let bench = Bench::new(Config::new().threshold(2));
    let answer = bench.breaker.call_async(async { Ok::<_, &str>(7) }).await;
    assert_eq!(answer, Ok(7));
    for _ in 0..2 {
        let answer = bench.breaker.call_async(async { Err::<u32, _>("down") });
        assert_eq!(answer.await, Err(CallError::Inner("down")));
    }
    let rejected = bench.breaker.call_async(async { Ok::<u32, &str>(7) }).await;
    assert!(matches!(rejected, Err(CallError::Breaker(_))));
    let totals = bench.breaker.snapshot().totals;
    assert_eq!(
        (totals.successes, totals.failures, totals.rejected),
        (1, 2, 1)
    );
}
