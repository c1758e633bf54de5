//! Callers that leave for reasons unrelated to the dependency, and calls in other tasks.

use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::{BreakerError, State, carry, carry_fn, circuit_breaker, neutral_drops};
use tokio::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

#[circuit_breaker(name = "faults.llm", call_timeout = "30s")]
async fn complete() -> Result<u32, BreakerError> {
    sleep(12 * SECOND).await;
    Ok(1)
}

#[circuit_breaker(name = "faults.search", threshold = 1)]
async fn search() -> Result<u32, BreakerError> {
    sleep(60 * SECOND).await;
    Ok(1)
}

fn test() -> TestRegistry<TokioClock> {
    TestRegistry::with_clock(TokioClock::new())
}

#[tokio::test(start_paused = true)]
async fn r11_a_call_that_is_dropped_within_its_own_limit_decides_nothing() {
    let test = test();
    let calls = async {
        for _ in 0..5 {
            let _ = timeout(2 * SECOND, complete()).await;
        }
    };
    test.scope(calls).await;
    let llm = test.get("faults.llm").unwrap();
    assert_eq!(llm.state(), State::Closed);
    assert_eq!(llm.snapshot().totals.cancelled, 5);
    assert_eq!(llm.config().cancel_after, Some(30 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn r11_a_drop_that_the_program_declares_neutral_is_cancelled_at_any_age() {
    let test = test();
    let breaker = test.get("faults.search").unwrap();
    let hedge = async {
        let _ = timeout(10 * SECOND, search()).await;
    };
    test.scope(neutral_drops(hedge)).await;
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(breaker.snapshot().totals.cancelled, 1);

    test.scope(async { drop(timeout(10 * SECOND, search()).await) })
        .await;
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn r11_a_call_that_is_dropped_with_its_neutral_scope_is_cancelled() {
    let test = test();
    let scope = test.scope(neutral_drops(search()));
    assert!(timeout(10 * SECOND, scope).await.is_err());
    let breaker = test.get("faults.search").unwrap();
    assert_eq!(breaker.snapshot().totals.cancelled, 1);
}

#[tokio::test(start_paused = true)]
async fn r11_drops_are_neutral_for_the_length_of_a_shutdown() {
    let test = test();
    let breaker = test.get("faults.search").unwrap();
    let shutdown = test.neutral_drops();
    assert!(timeout(10 * SECOND, test.scope(search())).await.is_err());
    assert_eq!(breaker.state(), State::Closed);
    drop(shutdown);
    assert!(timeout(10 * SECOND, test.scope(search())).await.is_err());
    assert_eq!(breaker.state(), State::Open);
}

#[circuit_breaker(name = "faults.redis", open_for = "1s")]
async fn get() -> Result<u32, BreakerError> {
    sleep(Duration::from_millis(5)).await;
    Ok(7)
}

#[circuit_breaker(name = "faults.redis")]
async fn session() -> Result<u32, BreakerError> {
    sleep(Duration::from_millis(5)).await;
    tokio::spawn(carry(get())).await.unwrap()
}

#[circuit_breaker(name = "faults.redis")]
async fn blocking_session() -> Result<u32, BreakerError> {
    sleep(Duration::from_millis(5)).await;
    std::thread::spawn(carry_fn(ping)).join().unwrap()
}

#[circuit_breaker(name = "faults.redis")]
fn ping() -> Result<u32, BreakerError> {
    Ok(7)
}

#[tokio::test(start_paused = true)]
async fn r7_a_nested_call_that_is_carried_into_another_task_belongs_to_its_probe() {
    let test = test();
    let redis = test.get("faults.redis").unwrap();
    redis.trip();
    sleep(SECOND).await;
    let sessions = futures::future::join_all((0..4).map(|_| session()));
    test.scope(sessions).await;
    test.scope(async {
        let _ = session().await;
    })
    .await;
    assert_eq!(redis.state(), State::Closed);
    assert_eq!(redis.snapshot().totals.failures, 0);
}

#[tokio::test(start_paused = true)]
async fn r7_a_nested_call_that_is_carried_into_another_thread_belongs_to_its_probe() {
    let test = test();
    let redis = test.get("faults.redis").unwrap();
    redis.trip();
    sleep(SECOND).await;
    let sessions = futures::future::join_all((0..2).map(|_| blocking_session()));
    let answers = test.scope(sessions).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}
