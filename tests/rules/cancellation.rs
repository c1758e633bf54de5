//! R11 and limits: calls that are given up on. Time is tokio's, paused.

use std::future::pending;
use std::time::Duration;

use breaker_runtime::test_util::{ManualClock, TestRegistry, TokioClock};
use breaker_runtime::{BreakerError, CallError, Config, State, circuit_breaker};
use tokio::time::timeout;

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("down")]
    Down,
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(name = "cancel.default", threshold = 2)]
async fn hang() -> Result<(), Error> {
    pending().await
}

#[circuit_breaker(name = "cancel.off", threshold = 2, cancel_after = "off")]
async fn hang_without_limit() -> Result<(), Error> {
    pending().await
}

#[circuit_breaker(name = "cancel.slow", threshold = 1, slow_call = "5s")]
async fn hang_slowly() -> Result<(), Error> {
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
    let refused = hang().await.unwrap_err();
    assert!(matches!(refused, Error::Breaker(BreakerError::Rejected(_))));
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

/// A half-open breaker with one probe at a time, and its probe hanging in flight.
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
async fn a_dropped_probe_gives_its_permit_back_every_time_under_timeout_select_and_abort() {
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
fn a_runtime_that_shuts_down_gives_the_permits_of_its_tasks_back() {
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

#[circuit_breaker(name = "limit", threshold = 2, call_timeout = "250ms")]
async fn limited(time: Duration) -> Result<u32, Error> {
    tokio::time::sleep(time).await;
    Ok(7)
}

#[tokio::test(start_paused = true)]
async fn a_call_over_its_limit_is_dropped_counts_as_a_failure_and_says_the_limit() {
    let test = test();
    let _entered = test.enter();
    assert_eq!(limited(Duration::from_millis(200)).await, Ok(7));
    let late = limited(10 * SECOND).await.unwrap_err();
    let Error::Breaker(BreakerError::TimedOut(timed_out)) = &late else {
        panic!("{late:?}");
    };
    assert_eq!(timed_out.name(), "limit");
    assert_eq!(timed_out.limit(), Duration::from_millis(250));
    assert_eq!(
        late.to_string(),
        "the call through circuit breaker `limit` took longer than 250.0ms"
    );
    assert!(limited(10 * SECOND).await.is_err());
    let snapshot = test.get("limit").unwrap().snapshot();
    assert_eq!(snapshot.state, State::Open);
    assert_eq!(
        (snapshot.totals.failures, snapshot.totals.successes),
        (2, 1)
    );
    assert_eq!(snapshot.config.probe_timeout, Duration::from_millis(500));
}

#[circuit_breaker(name = "limit.fallback", call_timeout = "1s", fallback = instead, fallback_on = error)]
async fn with_fallback(log: &std::cell::RefCell<Vec<&'static str>>) -> Result<u32, Error> {
    let _dropped = Dropped(log);
    pending().await
}

async fn instead(log: &std::cell::RefCell<Vec<&'static str>>) -> Result<u32, Error> {
    log.borrow_mut().push("fallback");
    Ok(1)
}

struct Dropped<'a>(&'a std::cell::RefCell<Vec<&'static str>>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push("dropped");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_over_its_limit_is_dropped_before_its_fallback_runs() {
    let test = test();
    let _entered = test.enter();
    let log = std::cell::RefCell::default();
    assert_eq!(with_fallback(&log).await, Ok(1));
    assert_eq!(*log.borrow(), ["dropped", "fallback"]);
    let totals = test.get("limit.fallback").unwrap().snapshot().totals;
    assert_eq!((totals.failures, totals.fallback_successes), (1, 1));
}

#[circuit_breaker(
    name = "limit.closure",
    call_timeout = "1s",
    failure(Ok(13)),
    fallback = |error| match error {
        CallError::Breaker(BreakerError::TimedOut(_)) => Ok(2),
        CallError::Breaker(_) => Ok(3),
        CallError::Inner(_) => Ok(4),
    },
    fallback_on = any,
)]
async fn with_closure(time: Option<Duration>) -> Result<u32, Error> {
    let Some(time) = time else {
        return Err(Error::Down);
    };
    tokio::time::sleep(time).await;
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn a_fallback_closure_is_told_what_happened() {
    let test = test();
    let _entered = test.enter();
    assert_eq!(with_closure(Some(Duration::ZERO)).await, Ok(1));
    assert_eq!(with_closure(Some(2 * SECOND)).await, Ok(2));
    assert_eq!(with_closure(None).await, Ok(4));
    test.get("limit.closure").unwrap().force_open("test", None);
    assert_eq!(with_closure(None).await, Ok(3));
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
async fn r20_the_value_that_opens_the_circuit_may_say_for_how_long_up_to_the_ceiling() {
    for (asked, open_for) in [(2, 10), (25, 25), (3_600, 60)] {
        let test = test();
        let _entered = test.enter();
        assert_eq!(hinted(Ok(1)).await, Ok(1));
        assert_eq!(hinted(Err(asked)).await, Err(asked));
        let breaker = test.get("hint").unwrap();
        let rejection = breaker.try_acquire().unwrap_err();
        assert_eq!(rejection.retry_after(), Some(Duration::from_secs(open_for)));
    }
}

#[test]
fn r20_a_value_that_is_no_failure_is_not_asked() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    assert_eq!(hinted_by_a_closure(Err(404)), Err(404));
    assert_eq!(hinted_by_a_closure(Err(45)), Err(45));
    let snapshot = test.get("hint.closure").unwrap().snapshot();
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(45)));
}

#[test]
fn r20_a_probe_that_fails_may_say_so_too() {
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
async fn r20_the_hint_of_a_slow_call_that_fails_is_heard() {
    let test = test();
    let _entered = test.enter();
    assert_eq!(hinted_slowly(Err(60)).await, Err(60));
    let snapshot = test.get("hint.slow").unwrap().snapshot();
    assert_eq!(snapshot.open_period, Some(60 * SECOND));
    assert_eq!((snapshot.totals.slow, snapshot.totals.stale), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn r11_an_outer_limit_of_just_cancel_after_counts() {
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

#[test]
fn a_limit_without_a_runtime_of_tokio_is_a_failure_and_goes_on_unwinding() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let mut call = Box::pin(limited_outside());
    let waker = std::task::Waker::noop();
    let poll = std::panic::AssertUnwindSafe(|| {
        std::future::Future::poll(call.as_mut(), &mut std::task::Context::from_waker(waker))
    });
    assert!(std::panic::catch_unwind(poll).is_err());
    drop(call);
    assert_eq!(
        test.get("limit.outside")
            .unwrap()
            .snapshot()
            .totals
            .failures,
        1
    );
}

#[circuit_breaker(name = "limit.outside", call_timeout = "1s")]
async fn limited_outside() -> Result<(), Error> {
    pending().await
}

#[circuit_breaker(
    name = "storm",
    threshold = 50,
    open_for = "1ms",
    slow_call = "2ms",
    cancel_after = "3ms",
    call_timeout = "5ms",
    window = 100,
    failure_rate = 0.9,
    slow_rate = 0.9,
    half_open_calls = 8,
    registry = registry
)]
async fn storm(
    registry: &breaker_runtime::Registry,
    clock: &ManualClock,
    step: u64,
    polls: u32,
) -> Result<(), Error> {
    for _ in 0..polls {
        tokio::time::sleep(Duration::from_millis(1)).await;
        clock.advance(Duration::from_millis(1));
    }
    match step {
        0 => Err(Error::Down),
        1 => panic!("the storm's"),
        _ => Ok(()),
    }
}

/// What one thread has seen of its calls.
#[derive(Default)]
struct Kept {
    successes: u64,
    rejected: u64,
    failed: u64,
    given_up: u64,
}

/// One thread of the storm, with a runtime of its own whose time is paused.
fn storm_on_this_thread(
    seed: u64,
    registry: &breaker_runtime::Registry,
    clock: &ManualClock,
) -> Kept {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut kept = Kept::default();
    let calls = (0..1_000_u64).map(|round| {
        let mixed = (seed * 1_000 + round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let (registry, clock) = (registry.clone(), clock.clone());
        async move {
            let polls = u32::try_from(mixed % 9).unwrap();
            let call = storm(&registry, &clock, mixed / 9 % 8, polls);
            // A call is polled before its time is asked for, so that each of them is a call.
            let patience = if mixed % 5 == 0 { mixed % 7 } else { 1_000 };
            timeout(Duration::from_millis(patience), call).await
        }
    });
    runtime.block_on(async {
        let mut calls = calls.peekable();
        while calls.peek().is_some() {
            let crowd: Vec<_> = calls.by_ref().take(16).map(tokio::spawn).collect();
            for call in crowd {
                match call.await {
                    Ok(Ok(Ok(()))) => kept.successes += 1,
                    Ok(Ok(Err(Error::Breaker(BreakerError::Rejected(_))))) => {
                        kept.rejected += 1;
                        // A refused call takes no time by itself, and an open period has to pass.
                        clock.advance(Duration::from_millis(1));
                    }
                    // An error, a panic, or over its limit.
                    Ok(Ok(Err(_))) | Err(_) => kept.failed += 1,
                    Ok(Err(_)) => kept.given_up += 1,
                }
            }
        }
    });
    kept
}

#[test]
fn totals_of_cancelled_panicking_late_and_slow_calls_over_threads_equal_a_count_kept_outside() {
    let clock = ManualClock::new();
    let registry = breaker_runtime::Registry::with_clock(clock.clone());
    let kept: Vec<_> = std::thread::scope(|scope| {
        let start = |seed| {
            let (registry, clock) = (&registry, &clock);
            scope.spawn(move || storm_on_this_thread(seed, registry, clock))
        };
        let threads: Vec<_> = (0..4).map(start).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let sum = |of: fn(&Kept) -> u64| kept.iter().map(of).sum::<u64>();
    let breaker = registry.get("storm").unwrap();
    let snapshot = breaker.snapshot();
    let totals = snapshot.totals;
    assert_eq!(totals.successes, sum(|kept| kept.successes));
    assert_eq!(totals.rejected, sum(|kept| kept.rejected));
    // A call that was given up on is a failure if it had been pending for long enough.
    let (failed, given_up) = (sum(|kept| kept.failed), sum(|kept| kept.given_up));
    assert_eq!(totals.failures + totals.cancelled, failed + given_up);
    assert!(
        totals.cancelled > 0 && totals.failures > failed,
        "{totals:?}"
    );
    assert_eq!(totals.calls + totals.rejected, 4_000);
    assert!(
        totals.slow > 0 && totals.opens > 0 && totals.rejected > 0,
        "{totals:?}"
    );
    assert_eq!((totals.ignored, snapshot.probes_in_flight), (0, 0));
    breaker.reset();
    breaker.trip();
    assert_eq!(breaker.state(), State::Open);
    clock.advance(SECOND);
    assert_eq!(breaker.state(), State::HalfOpen);
}
