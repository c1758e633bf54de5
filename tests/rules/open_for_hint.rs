//! R20: a failure may say how long the circuit stays open. Time is tokio's and paused.

use std::time::Duration;

use breaker_runtime::circuit_breaker;
use breaker_runtime::test_util::{TestRegistry, TokioClock};

const SECOND: Duration = Duration::from_secs(1);

fn test() -> TestRegistry<TokioClock> {
    TestRegistry::with_clock(TokioClock::new())
}

fn retry_after(answer: &Result<u32, u64>) -> Option<Duration> {
    answer.as_ref().err().map(|secs| Duration::from_secs(*secs))
}

#[circuit_breaker(
    name = "hint",
    threshold = 1,
    open_for = "10s",
    max_open_for = "60s",
    open_for_hint = retry_after,
    fallback = |_| Err(0),
)]
async fn hinted(answer: Result<u32, u64>) -> Result<u32, u64> {
    answer
}

#[circuit_breaker(
    name = "hint.closure",
    threshold = 1,
    ignore(Err(404)),
    open_for_hint = |answer| answer.as_ref().err().map(|secs| Duration::from_secs(*secs)),
    fallback = |_| Err(0),
)]
fn hinted_by_a_closure(answer: Result<u32, u64>) -> Result<u32, u64> {
    answer
}

#[tokio::test(start_paused = true)]
async fn r20_the_value_that_opens_the_circuit_may_lengthen_the_open_period_up_to_the_ceiling() {
    for (hint, open_for) in [(2, 10), (25, 25), (3_600, 60)] {
        let test = test();
        let _entered = test.enter();
        assert_eq!(hinted(Ok(1)).await, Ok(1));
        assert_eq!(hinted(Err(hint)).await, Err(hint));
        let breaker = test.get("hint").unwrap();
        let rejection = breaker.try_acquire().unwrap_err();
        assert_eq!(rejection.retry_after(), Some(Duration::from_secs(open_for)));
    }
}

#[test]
fn r20_only_a_failure_is_asked_for_a_hint() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    assert_eq!(hinted_by_a_closure(Err(404)), Err(404));
    assert_eq!(hinted_by_a_closure(Err(45)), Err(45));
    let snapshot = test.get("hint.closure").unwrap().snapshot();
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(45)));
}

#[test]
fn r20_a_failed_probe_may_give_a_hint() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let breaker = test.get("hint.closure").unwrap();
    breaker.trip();
    test.clock().advance(Duration::from_secs(30));
    assert_eq!(hinted_by_a_closure(Err(45)), Err(45));
    assert_eq!(
        breaker.snapshot().open_period,
        Some(Duration::from_secs(45))
    );
}

#[circuit_breaker(
    name = "hint.slow",
    threshold = 1,
    slow_call = "1s",
    open_for = "10s",
    open_for_hint = retry_after,
    fallback = |_| Err(0),
)]
async fn hinted_slowly(answer: Result<u32, u64>) -> Result<u32, u64> {
    tokio::time::sleep(3 * SECOND).await;
    answer
}

#[tokio::test(start_paused = true)]
async fn r23_a_call_that_opened_the_circuit_by_being_slow_gives_no_hint() {
    let test = test();
    let _entered = test.enter();
    assert_eq!(hinted_slowly(Err(60)).await, Err(60));
    let snapshot = test.get("hint.slow").unwrap().snapshot();
    assert_eq!(snapshot.open_period, Some(10 * SECOND));
    assert_eq!((snapshot.totals.slow, snapshot.totals.stale), (1, 1));
}
