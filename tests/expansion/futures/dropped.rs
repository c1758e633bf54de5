//! Futures that are dropped before they are ready.

use std::sync::Arc;
use std::time::Duration;

use breaker_runtime::{BreakerError, Registry, circuit_breaker};

use crate::expansion::{Error, Log, Noisy, ends, panic_of, pause, poll_once, run};

#[test]
fn a_dropped_future_is_cancelled() {
    #[circuit_breaker(name = "dropped.cancelled")]
    async fn call(guard: Noisy) -> Result<u32, Error> {
        pause().await;
        drop(guard);
        Ok(1)
    }

    let log = Log::default();
    let mut future = Box::pin(call(log.noisy("guard")));
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(ends("dropped.cancelled"), "nothing");
    drop(future);
    assert_eq!(log.take(), ["guard"]);
    assert_eq!(ends("dropped.cancelled"), "1 cancelled");
}

#[test]
fn a_future_dropped_by_a_panic_elsewhere_is_cancelled() {
    #[circuit_breaker(name = "dropped.unwound_elsewhere")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    let message = panic_of(|| {
        let mut future = Box::pin(call());
        assert!(poll_once(future.as_mut()).is_pending());
        panic!("elsewhere");
    });
    assert_eq!(message, "elsewhere");
    assert_eq!(ends("dropped.unwound_elsewhere"), "1 cancelled");
}

#[test]
fn a_future_dropped_in_the_panicking_poll_of_another_is_cancelled() {
    #[circuit_breaker(name = "dropped.inner_cancelled")]
    async fn inner() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    #[circuit_breaker(name = "dropped.outer_panics")]
    async fn outer() -> Result<u32, Error> {
        let mut pending = Box::pin(inner());
        assert!(poll_once(pending.as_mut()).is_pending());
        panic!("outer");
    }

    assert_eq!(panic_of(|| run(outer())), "outer");
    assert_eq!(ends("dropped.inner_cancelled"), "1 cancelled");
    assert_eq!(ends("dropped.outer_panics"), "1 failure");
}

#[tokio::test(start_paused = true)]
async fn a_future_that_a_timeout_drops_early_is_cancelled() {
    #[circuit_breaker(name = "dropped.timeout")]
    async fn call() -> Result<u32, Error> {
        std::future::pending().await
    }

    assert!(
        tokio::time::timeout(Duration::from_millis(10), call())
            .await
            .is_err()
    );
    assert_eq!(ends("dropped.timeout"), "1 cancelled");
}

#[tokio::test]
async fn an_aborted_task_is_cancelled() {
    #[circuit_breaker(name = "dropped.aborted")]
    async fn call(began: Arc<tokio::sync::Notify>) -> Result<u32, Error> {
        began.notify_one();
        std::future::pending().await
    }

    let began = Arc::new(tokio::sync::Notify::new());
    let task = tokio::spawn(call(Arc::clone(&began)));
    began.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(ends("dropped.aborted"), "1 cancelled");
}

#[tokio::test]
async fn the_loser_of_a_select_is_cancelled() {
    #[circuit_breaker(name = "dropped.select_winner")]
    async fn winner() -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(1)
    }

    #[circuit_breaker(name = "dropped.select_loser")]
    async fn loser() -> Result<u32, Error> {
        std::future::pending().await
    }

    let answer = tokio::select! {
        biased;
        answer = loser() => answer,
        answer = winner() => answer,
    };
    assert_eq!(answer, Ok(1));
    assert_eq!(ends("dropped.select_winner"), "1 success");
    assert_eq!(ends("dropped.select_loser"), "1 cancelled");
}

#[test]
fn a_leaked_future_is_not_counted() {
    #[circuit_breaker(name = "dropped.leaked")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    let mut future = Box::pin(call());
    assert!(poll_once(future.as_mut()).is_pending());
    std::mem::forget(future);
    assert_eq!(ends("dropped.leaked"), "nothing");
}

/// Notes, when it is dropped, how many calls its breaker has counted so far.
struct Counted<'a>(&'a std::sync::Mutex<Option<u64>>);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let breaker = Registry::global().get("dropped.pending").unwrap();
        *self.0.lock().unwrap() = Some(breaker.snapshot().totals.calls);
    }
}

#[circuit_breaker(name = "dropped.pending")]
async fn held(seen: &std::sync::Mutex<Option<u64>>) -> Result<(), BreakerError> {
    let _held = Counted(seen);
    std::future::pending::<()>().await;
    Ok(())
}

#[test]
fn a_cancelled_call_ends_after_its_locals_are_dropped() {
    let seen = std::sync::Mutex::new(None);
    {
        let mut call = std::pin::pin!(held(&seen));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(*seen.lock().unwrap(), Some(0));
    let totals = Registry::global()
        .get("dropped.pending")
        .unwrap()
        .snapshot()
        .totals;
    assert_eq!(totals.cancelled, 1);
}
