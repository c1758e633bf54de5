//! The setting `call_timeout`. Time is tokio's and paused.

use std::cell::RefCell;
use std::future::pending;
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::{BreakerError, CallError, State, circuit_breaker};

use crate::expansion::Error;

const SECOND: Duration = Duration::from_secs(1);

fn test() -> TestRegistry<TokioClock> {
    TestRegistry::with_clock(TokioClock::new())
}

#[circuit_breaker(name = "call_timeout.limit", threshold = 2, call_timeout = "250ms")]
async fn limited(time: Duration) -> Result<u32, Error> {
    tokio::time::sleep(time).await;
    Ok(7)
}

#[tokio::test(start_paused = true)]
async fn a_call_over_its_limit_is_a_failure_and_its_error_gives_the_limit() {
    let test = test();
    let _entered = test.enter();
    assert_eq!(limited(Duration::from_millis(200)).await, Ok(7));
    let late = limited(10 * SECOND).await.unwrap_err();
    let Error::Breaker(BreakerError::TimedOut(timed_out)) = &late else {
        panic!("{late:?}");
    };
    assert_eq!(timed_out.name(), "call_timeout.limit");
    assert_eq!(timed_out.limit(), Duration::from_millis(250));
    assert_eq!(
        timed_out.to_string(),
        "the call through circuit breaker `call_timeout.limit` took longer than its `call_timeout`"
    );
    assert_eq!(
        format!("{timed_out:#}"),
        "the call through circuit breaker `call_timeout.limit` took longer than 250.0ms"
    );
    assert!(limited(10 * SECOND).await.is_err());
    let snapshot = test.get("call_timeout.limit").unwrap().snapshot();
    assert_eq!(snapshot.state, State::Open);
    assert_eq!(
        (snapshot.totals.failures, snapshot.totals.successes),
        (2, 1)
    );
    assert_eq!(snapshot.config.probe_timeout, Duration::from_millis(500));
}

#[circuit_breaker(name = "call_timeout.fallback", call_timeout = "1s", fallback = instead, fallback_on = error)]
async fn with_fallback(log: &RefCell<Vec<&'static str>>) -> Result<u32, Error> {
    let _dropped = Dropped(log);
    pending().await
}

async fn instead(log: &RefCell<Vec<&'static str>>) -> Result<u32, Error> {
    log.borrow_mut().push("fallback");
    Ok(1)
}

struct Dropped<'a>(&'a RefCell<Vec<&'static str>>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push("dropped");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_over_its_limit_is_dropped_before_its_fallback_runs() {
    let test = test();
    let _entered = test.enter();
    let log = RefCell::default();
    assert_eq!(with_fallback(&log).await, Ok(1));
    assert_eq!(*log.borrow(), ["dropped", "fallback"]);
    let totals = test.get("call_timeout.fallback").unwrap().snapshot().totals;
    assert_eq!((totals.failures, totals.fallback_successes), (1, 1));
}

#[circuit_breaker(
    name = "call_timeout.closure",
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
async fn a_fallback_closure_sees_why_it_runs() {
    let test = test();
    let _entered = test.enter();
    assert_eq!(with_closure(Some(Duration::ZERO)).await, Ok(1));
    assert_eq!(with_closure(Some(2 * SECOND)).await, Ok(2));
    assert_eq!(with_closure(None).await, Ok(4));
    test.get("call_timeout.closure")
        .unwrap()
        .force_open("test", None);
    assert_eq!(with_closure(None).await, Ok(3));
}

#[test]
fn r10_a_limit_outside_tokio_panics_and_is_a_failure() {
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
        test.get("call_timeout.outside")
            .unwrap()
            .snapshot()
            .totals
            .failures,
        1
    );
}

#[circuit_breaker(name = "call_timeout.outside", call_timeout = "1s")]
async fn limited_outside() -> Result<(), Error> {
    pending().await
}
