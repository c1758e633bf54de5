//! R7 and R21: calls inside a call of the same breaker, while the breaker rejects other calls.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use breaker_runtime::{CallError, CircuitBreaker, Config, RejectionReason, State};

use crate::support::{Bench, OPEN_FOR};

type Answer = Result<u32, CallError<&'static str>>;

/// Calls itself `more` times, each time through the breaker.
fn deep(breaker: &CircuitBreaker, more: u32) -> Answer {
    let inner = || match more {
        0 => Ok(0),
        _ => deep(breaker, more - 1).map_err(|_| "one below failed"),
    };
    breaker.call(inner).map(|depth| depth + 1)
}

/// Does what [`deep`] does in a future that is pending once on each level.
fn deep_async(breaker: &CircuitBreaker, more: u32) -> Pin<Box<dyn Future<Output = Answer> + '_>> {
    let inner = async move {
        tokio::task::yield_now().await;
        match more {
            0 => Ok(0),
            _ => deep_async(breaker, more - 1)
                .await
                .map_err(|_| "one below failed"),
        }
    };
    Box::pin(async { breaker.call_async(inner).await.map(|depth| depth + 1) })
}

/// Creates a half-open breaker with one probe at a time, whose success closes the circuit.
fn narrow() -> Bench {
    let bench = Bench::new(Config::new().half_open_calls(1).success_threshold(1));
    bench.half_open();
    bench
}

fn is_full(bench: &Bench) -> bool {
    let rejected = bench.breaker.try_acquire();
    rejected.is_err_and(|it| it.reason() == RejectionReason::HalfOpenFull)
}

/// Holds the only permit, and fails if the breaker admits another call meanwhile.
fn is_full_while_a_probe_runs(bench: &Bench) -> Result<(), &'static str> {
    let held = bench.permit();
    let full = is_full(bench);
    held.success();
    full.then_some(()).ok_or("it was admitted")
}

#[test]
fn r7_a_recursive_function_recovers_at_any_depth() {
    let bench = narrow();
    assert_eq!(deep(&bench.breaker, 9), Ok(10));
    assert_eq!(bench.state(), State::Closed);
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.successes, totals.rejected), (10, 0));
}

#[tokio::test]
async fn r7_a_recursive_future_recovers_at_any_depth() {
    let bench = narrow();
    assert_eq!(deep_async(&bench.breaker, 9).await, Ok(10));
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r7_calls_inside_a_probe_decide_nothing() {
    let bench = narrow();
    let probe = bench.breaker.call(|| {
        bench.fail();
        bench.fail();
        assert_eq!(bench.state(), State::HalfOpen);
        Ok::<_, &str>(())
    });
    assert_eq!(probe, Ok(()));
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r7_while_a_probe_runs_other_threads_are_rejected() {
    let bench = narrow();
    let probe = bench.breaker.call(|| {
        bench.succeed();
        let rejected = thread::scope(|scope| scope.spawn(|| is_full(&bench)).join());
        rejected.unwrap().then_some(()).ok_or("it was admitted")
    });
    assert_eq!(probe, Ok(()));
}

#[tokio::test]
async fn r7_while_a_probe_waits_other_tasks_of_its_thread_are_rejected() {
    let bench = narrow();
    let mut probe = Box::pin(deep_async(&bench.breaker, 1));
    for _ in 0..2 {
        assert!(futures::poll!(probe.as_mut()).is_pending());
        assert!(is_full(&bench));
    }
    assert_eq!(probe.await, Ok(2));
    assert_eq!(bench.state(), State::Closed);
}

#[tokio::test]
async fn r7_dropping_a_waiting_probe_does_not_end_the_nesting_of_the_running_one() {
    let bench = Bench::new(Config::new().half_open_calls(2));
    bench.half_open();
    let mut waiting = Box::pin(deep_async(&bench.breaker, 0));
    assert!(futures::poll!(waiting.as_mut()).is_pending());
    let probe = bench.breaker.call(|| {
        drop(waiting);
        let other = bench.permit();
        bench.succeed();
        drop(other);
        Ok::<_, &str>(())
    });
    assert_eq!(probe, Ok(()));
}

#[test]
fn r7_a_probe_that_has_ended_admits_no_other_call() {
    for panics in [false, true] {
        let bench = Bench::new(Config::new().half_open_calls(1).probe_failures(2));
        bench.half_open();
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            bench.breaker.call(|| {
                assert!(!panics, "the probe panics");
                Ok::<_, &str>(())
            })
        }));
        assert_eq!(ended.is_err(), panics);
        let held = bench.permit();
        assert!(bench.breaker.call(|| Ok::<_, &str>(())).is_err());
        held.success();
    }
}

#[test]
fn r7_a_probe_admits_no_call_through_another_breaker() {
    let (bench, other) = (narrow(), narrow());
    let held = other.permit();
    let probe = bench.breaker.call(|| {
        let full = is_full(&other);
        full.then_some(()).ok_or("it was admitted")
    });
    assert_eq!(probe, Ok(()));
    held.success();
}

#[test]
fn r7_a_permit_held_by_hand_admits_no_other_call() {
    let bench = narrow();
    let permit = bench.permit();
    assert!(is_full(&bench));
    permit.success();
}

#[tokio::test]
async fn r7_a_probe_begun_inside_another_one_covers_its_own_calls() {
    let bench = Bench::new(Config::new().half_open_calls(2));
    bench.half_open();
    let mut inner = Box::pin(deep_async(&bench.breaker, 1));
    let probe = bench.breaker.call(|| {
        let mut context = Context::from_waker(Waker::noop());
        let pending = inner.as_mut().poll(&mut context).is_pending();
        pending.then_some(()).ok_or("it waits once")
    });
    assert_eq!(probe, Ok(()));
    let other = bench.permit();
    assert!(is_full(&bench));
    assert_eq!(inner.await, Ok(2));
    other.success();
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r9_calls_inside_a_probe_of_an_older_generation_are_rejected() {
    let bench = Bench::new(
        Config::new()
            .half_open_calls(1)
            .probe_timeout(OPEN_FOR)
            .probe_failures(1),
    );
    bench.half_open();
    let old = bench.breaker.call(|| {
        bench.advance(OPEN_FOR);
        assert_eq!(bench.state(), State::Open, "the probe has timed out");
        bench.advance(OPEN_FOR);
        is_full_while_a_probe_runs(&bench)
    });
    assert_eq!(old, Ok(()));
}

#[test]
fn r9_calls_inside_a_call_of_an_old_ramp_are_rejected() {
    let bench = Bench::new(Config::new().half_open_calls(1).ramp(OPEN_FOR));
    bench.half_open();
    (0..3).for_each(|_| bench.succeed());
    let old = bench.breaker.call(|| {
        bench.advance(2 * OPEN_FOR);
        bench.succeed();
        bench.breaker.trip();
        bench.advance(OPEN_FOR);
        is_full_while_a_probe_runs(&bench)
    });
    assert_eq!(old, Ok(()));
}

#[test]
fn r14_a_call_that_only_an_override_admitted_admits_no_other_call() {
    let bench = narrow();
    let probe = bench.permit();
    bench.breaker.force_closed("maintenance", None);
    let uncounted = bench.breaker.call(|| {
        bench.breaker.clear_override();
        is_full(&bench).then_some(()).ok_or("it was admitted")
    });
    assert_eq!(uncounted, Ok(()));
    probe.success();
}

#[test]
fn r14_forced_open_rejects_calls_inside_a_probe() {
    let bench = narrow();
    let probe = bench.breaker.call(|| {
        bench.breaker.force_open("maintenance", None);
        let rejected = bench.breaker.try_acquire();
        rejected.map(drop).map_err(|it| it.reason())
    });
    assert_eq!(probe, Err(CallError::Inner(RejectionReason::Forced)));
}

#[test]
fn r21_a_ramp_rejects_a_recursive_function_as_a_whole_or_not_at_all() {
    for slow_call in [false, true] {
        let config = Config::new().ramp(Duration::from_secs(100));
        let bench = Bench::new(if slow_call {
            config.slow_call(Duration::from_secs(1))
        } else {
            config
        });
        bench.half_open();
        (0..3).for_each(|_| bench.succeed());
        assert_eq!(bench.state(), State::Closed);
        let mut rejected = 0;
        for _ in 0..100 {
            match deep(&bench.breaker, 9) {
                Ok(depth) => assert_eq!(depth, 10),
                Err(CallError::Breaker(_)) => rejected += 1,
                Err(CallError::Inner(problem)) => panic!("{problem}"),
            }
        }
        assert_ne!(rejected, 0, "the ramp has not ended");
        assert_eq!(bench.state(), State::Closed);
    }
}
