//! R29: calls that their callers drop, one after another. Time is tokio's and paused.

use std::future::{pending, ready};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::{
    BreakerError, CircuitBreaker, Config, Overrides, Reason, State, circuit_breaker, neutral_drops,
};
use futures::FutureExt;
use tokio::time::timeout;

const EARLY: Duration = Duration::from_millis(900);

fn test() -> TestRegistry<TokioClock> {
    TestRegistry::with_clock(TokioClock::new())
}

fn breaker(test: &TestRegistry<TokioClock>, config: Config) -> CircuitBreaker {
    test.get_or_create("dropped", config).unwrap()
}

/// Drops a call after it has been pending for `limit`.
async fn drop_after(breaker: &CircuitBreaker, limit: Duration) {
    let call = breaker.call_async(pending::<Result<(), ()>>());
    assert!(timeout(limit, call).await.is_err(), "it was rejected");
}

async fn drop_times(breaker: &CircuitBreaker, times: usize) {
    for _ in 0..times {
        drop_after(breaker, EARLY).await;
    }
}

#[circuit_breaker(name = "dropped.default")]
async fn hang() -> Result<(), BreakerError> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn r29_twenty_calls_that_are_dropped_before_cancel_after_open_the_circuit() {
    let test = test();
    let _entered = test.enter();
    for _ in 0..1_000 {
        // Once the circuit is open, the call is ready at once.
        let _ = timeout(EARLY, hang()).await;
    }
    let snapshot = test.get("dropped.default").unwrap().snapshot();
    let totals = snapshot.totals;
    assert_eq!((totals.cancelled, totals.rejected), (20, 980));
    assert_eq!((totals.failures, totals.opens), (0, 1));
    let opening = &snapshot.history[0].transition;
    assert_eq!(
        (opening.reason, opening.failures),
        (Reason::AllCancelled, 20)
    );
    assert_eq!(opening.to_string(), "closed -> open (all_cancelled)");
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(30)));
}

#[tokio::test(start_paused = true)]
async fn r29_a_call_that_is_answered_in_between_starts_the_row_anew() {
    let answers: [fn(&CircuitBreaker); 6] = [
        |breaker| drop(breaker.call(|| Ok::<_, ()>(()))),
        |breaker| drop(breaker.call(|| Err::<(), _>(()))),
        |breaker| breaker.try_acquire().unwrap().ignore(),
        |breaker| {
            let panics = || breaker.call(|| -> Result<(), ()> { panic!("on purpose") });
            assert!(std::panic::catch_unwind(AssertUnwindSafe(panics)).is_err());
        },
        |breaker| drop(breaker.call_async(ready(Ok::<_, ()>(()))).now_or_never()),
        |breaker| breaker.try_acquire().unwrap().progress(),
    ];
    for answer in answers {
        let test = test();
        let breaker = breaker(&test, Config::new());
        drop_times(&breaker, 19).await;
        answer(&breaker);
        drop_times(&breaker, 19).await;
        assert_eq!(breaker.state(), State::Closed);
        drop_times(&breaker, 1).await;
        assert_eq!(breaker.state(), State::Open);
    }
}

#[tokio::test(start_paused = true)]
async fn r29_an_answer_with_a_window_or_with_slow_call_counts_too() {
    let configs = [
        Config::new()
            .window(breaker_runtime::Window::Calls(100))
            .failure_rate(1.0),
        Config::new().slow_call(Duration::from_secs(60)),
        Config::new().latency(true),
    ];
    for config in configs {
        let test = test();
        let breaker = breaker(&test, config.cancelled_in_a_row(Some(3)));
        for _ in 0..4 {
            drop_times(&breaker, 2).await;
            assert!(breaker.call(|| Ok::<_, ()>(())).is_ok());
        }
        assert_eq!(breaker.state(), State::Closed);
        drop_times(&breaker, 3).await;
        assert_eq!(breaker.state(), State::Open);
    }
}

#[tokio::test(start_paused = true)]
async fn r29_calls_dropped_at_one_instant_open_the_circuit_once() {
    let test = test();
    let breaker = breaker(&test, Config::new().cancelled_in_a_row(Some(7)));
    let calls = (0..10).map(|_| breaker.call_async(pending::<Result<(), ()>>()));
    let all = futures::future::join_all(calls);
    assert!(timeout(EARLY, all).await.is_err());
    let totals = breaker.snapshot().totals;
    assert_eq!((totals.cancelled, totals.opens), (10, 1));
}

#[tokio::test(start_paused = true)]
async fn r29_a_late_drop_belongs_to_the_row_and_a_timeout_does_not() {
    let test = test();
    let config = Config::new().threshold(100).cancelled_in_a_row(Some(4));
    let breaker = breaker(&test, config);
    for limit in [EARLY, 2 * EARLY, EARLY] {
        drop_after(&breaker, limit).await;
        assert_eq!(breaker.state(), State::Closed);
    }
    drop_after(&breaker, 2 * EARLY).await;
    let snapshot = breaker.snapshot();
    assert_eq!(
        (snapshot.totals.failures, snapshot.totals.cancelled),
        (2, 2)
    );
    assert_eq!(snapshot.history[0].transition.reason, Reason::AllCancelled);
}

#[circuit_breaker(
    name = "dropped.limited",
    threshold = 100,
    call_timeout = "1s",
    cancelled_in_a_row = 2
)]
async fn limited() -> Result<(), BreakerError> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn r29_a_call_that_exceeds_its_limit_neither_counts_nor_starts_the_row_anew() {
    let test = test();
    let _entered = test.enter();
    assert!(timeout(EARLY, limited()).await.is_err());
    for _ in 0..5 {
        assert!(matches!(limited().await, Err(BreakerError::TimedOut(_))));
    }
    let breaker = test.get("dropped.limited").unwrap();
    assert_eq!(breaker.state(), State::Closed);
    assert!(timeout(EARLY, limited()).await.is_err());
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn r29_neutral_drops_unpolled_futures_and_permits_are_no_part_of_a_row() {
    let test = test();
    let breaker = breaker(&test, Config::new().cancelled_in_a_row(Some(2)));
    for _ in 0..10 {
        neutral_drops(drop_after(&breaker, EARLY)).await;
        drop(breaker.call_async(pending::<Result<(), ()>>()));
        drop(breaker.try_acquire().unwrap());
    }
    let shutdown = test.neutral_drops();
    drop_times(&breaker, 10).await;
    drop(shutdown);
    drop_times(&breaker, 1).await;
    assert_eq!(breaker.state(), State::Closed);
    drop_times(&breaker, 1).await;
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn r29_it_is_off_if_it_is_turned_off_or_if_cancel_after_is() {
    let off = Config::new().cancelled_in_a_row(None);
    for config in [off, Config::new().cancel_after(None)] {
        let test = test();
        let breaker = breaker(&test, config);
        assert_eq!(breaker.config().cancelled_in_a_row, None);
        drop_times(&breaker, 100).await;
        assert_eq!(breaker.state(), State::Closed);
    }
    let both = Config::new().cancel_after(None).cancelled_in_a_row(Some(2));
    let test = test();
    let breaker = breaker(&test, both);
    drop_times(&breaker, 2).await;
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn r29_turning_it_off_forgets_the_row_and_so_does_a_reset() {
    let test = test();
    let breaker = breaker(&test, Config::new().cancelled_in_a_row(Some(3)));
    let configure = |calls| {
        let overrides = Overrides {
            cancelled_in_a_row: Some(calls),
            ..Overrides::default()
        };
        test.configure("dropped", overrides).unwrap();
    };
    drop_times(&breaker, 2).await;
    configure(None);
    drop_times(&breaker, 5).await;
    configure(Some(3));
    drop_times(&breaker, 2).await;
    breaker.reset();
    drop_times(&breaker, 2).await;
    assert_eq!(breaker.state(), State::Closed);
    drop_times(&breaker, 1).await;
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn r29_each_key_has_a_row_of_its_own() {
    let test = test();
    let config = Config::new().cancelled_in_a_row(Some(3));
    let key = |key| {
        test.get_or_create_keyed("dropped.keys", key, config)
            .unwrap()
    };
    let (first, other) = (key("a"), key("b"));
    for _ in 0..3 {
        drop_times(&first, 1).await;
        assert!(other.call(|| Ok::<_, ()>(())).is_ok());
    }
    assert_eq!((first.state(), other.state()), (State::Open, State::Closed));
}
