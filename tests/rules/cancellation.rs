//! R11: calls that are cancelled. Time is tokio's and paused.

use std::future::pending;
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::{BreakerError, Config, State, circuit_breaker};
use tokio::time::timeout;

#[circuit_breaker(name = "cancel.default", threshold = 2)]
async fn hang() -> Result<(), BreakerError> {
    pending().await
}

#[circuit_breaker(name = "cancel.off", threshold = 2, cancel_after = "off")]
async fn hang_without_limit() -> Result<(), BreakerError> {
    pending().await
}

#[circuit_breaker(name = "cancel.slow", threshold = 1, slow_call = "5s")]
async fn hang_slowly() -> Result<(), BreakerError> {
    pending().await
}

fn test() -> TestRegistry<TokioClock> {
    TestRegistry::with_clock(TokioClock::new())
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn r11_an_outer_timeout_trips_the_circuit() {
    let test = test();
    let _entered = test.enter();
    for _ in 0..2 {
        assert!(timeout(2 * SECOND, hang()).await.is_err());
    }
    let snapshot = test.get("cancel.default").unwrap().snapshot();
    assert_eq!(snapshot.state, State::Open);
    assert_eq!(
        (snapshot.totals.failures, snapshot.totals.cancelled),
        (2, 0)
    );
    let rejected = hang().await.unwrap_err();
    assert!(matches!(rejected, BreakerError::Rejected(_)));
}

#[tokio::test(start_paused = true)]
async fn r11_a_call_cancelled_before_cancel_after_decides_nothing() {
    let test = test();
    let _entered = test.enter();
    for _ in 0..10 {
        assert!(timeout(SECOND / 2, hang()).await.is_err());
    }
    let snapshot = test.get("cancel.default").unwrap().snapshot();
    assert_eq!(snapshot.state, State::Closed);
    assert_eq!(
        (snapshot.totals.failures, snapshot.totals.cancelled),
        (0, 10)
    );
}

#[tokio::test(start_paused = true)]
async fn r11_the_time_before_the_first_poll_does_not_count() {
    let test = test();
    let _entered = test.enter();
    let call = hang();
    tokio::time::sleep(10 * SECOND).await;
    assert!(timeout(SECOND / 2, call).await.is_err());
    assert_eq!(
        test.get("cancel.default")
            .unwrap()
            .snapshot()
            .totals
            .cancelled,
        1
    );
}

#[tokio::test(start_paused = true)]
async fn r11_cancel_after_can_be_off_and_defaults_to_slow_call() {
    let test = test();
    let _entered = test.enter();
    for _ in 0..10 {
        assert!(timeout(60 * SECOND, hang_without_limit()).await.is_err());
    }
    assert_eq!(
        test.get("cancel.off").unwrap().snapshot().totals.cancelled,
        10
    );
    assert!(timeout(2 * SECOND, hang_slowly()).await.is_err());
    let slow = test.get("cancel.slow").unwrap();
    assert_eq!(slow.snapshot().totals.cancelled, 1);
    assert_eq!(slow.config().cancel_after, Some(5 * SECOND));
    assert!(timeout(6 * SECOND, hang_slowly()).await.is_err());
    assert_eq!(slow.snapshot().totals.failures, 1);
}

/// Creates a half-open breaker that admits one probe at a time.
async fn hanging_probe(test: &TestRegistry<TokioClock>) -> breaker_runtime::CircuitBreaker {
    let config = Config::new().half_open_calls(1).success_threshold(100);
    let breaker = test.get_or_create("cancel.probe", config).unwrap();
    breaker.trip();
    tokio::time::advance(30 * SECOND).await;
    assert_eq!(breaker.state(), State::HalfOpen);
    breaker
}

async fn probe(breaker: breaker_runtime::CircuitBreaker) {
    let hung = breaker.call_async(pending::<Result<(), ()>>()).await;
    unreachable!("{hung:?}");
}

#[tokio::test(start_paused = true)]
async fn r7_r11_a_dropped_probe_releases_its_permit_under_timeout_select_and_abort() {
    let test = test();
    let breaker = hanging_probe(&test).await;
    for round in 0..90 {
        match round % 3 {
            0 => assert!(timeout(SECOND / 4, probe(breaker.clone())).await.is_err()),
            1 => tokio::select! {
                () = probe(breaker.clone()) => unreachable!(),
                () = tokio::time::sleep(SECOND / 4) => {}
            },
            _ => {
                let task = tokio::spawn(probe(breaker.clone()));
                tokio::task::yield_now().await;
                assert_eq!(breaker.snapshot().probes_in_flight, 1);
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            }
        }
        assert_eq!(breaker.snapshot().probes_in_flight, 0);
        breaker.try_acquire().unwrap().success();
    }
    assert_eq!(breaker.snapshot().totals.cancelled, 90);
}

#[test]
fn r11_a_runtime_that_shuts_down_releases_the_permits_of_its_tasks() {
    let registry = breaker_runtime::Registry::new();
    let breaker = registry
        .get_or_create("cancel.runtime", Config::new())
        .unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let started = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    for _ in 0..20 {
        let (breaker, started) = (breaker.clone(), std::sync::Arc::clone(&started));
        runtime.spawn(async move {
            let call = async {
                started.add_permits(1);
                pending::<Result<(), ()>>().await
            };
            let _ = breaker.call_async(call).await;
        });
    }
    drop(runtime.block_on(started.acquire_many(20)).unwrap());
    drop(runtime);
    let totals = breaker.snapshot().totals;
    assert_eq!((totals.cancelled, totals.calls), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn r11_an_outer_timeout_of_exactly_cancel_after_counts() {
    let test = test();
    let _entered = test.enter();
    assert!(timeout(SECOND, hang()).await.is_err());
    assert_eq!(
        test.get("cancel.default")
            .unwrap()
            .snapshot()
            .totals
            .failures,
        1
    );
}
