//! R7 and R21: a call inside of a call of the same breaker, while that refuses others.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use breaker_runtime::{CallError, CircuitBreaker, Config, RejectionReason, State};

use super::{Bench, OPEN_FOR};

type Answer = Result<u32, CallError<&'static str>>;

/// Calls itself so many times more, each time through the breaker.
fn deep(breaker: &CircuitBreaker, more: u32) -> Answer {
    let inner = || match more {
        0 => Ok(0),
        _ => deep(breaker, more - 1).map_err(|_| "one below failed"),
    };
    breaker.call(inner).map(|depth| depth + 1)
}

/// The same as a future that waits once on each level.
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

/// Half open, with one probe at once that closes it.
fn narrow() -> Bench {
    let bench = Bench::new(Config::new().half_open_calls(1).success_threshold(1));
    bench.half_open();
    bench
}

fn is_full(bench: &Bench) -> bool {
    let refused = bench.breaker.try_acquire();
    refused.is_err_and(|it| it.reason() == RejectionReason::HalfOpenFull)
}

/// Whether another probe holds the only permit, so that nothing passes.
fn is_full_beside_a_probe(bench: &Bench) -> Result<(), &'static str> {
    let held = bench.permit();
    let full = is_full(bench);
    held.success();
    full.then_some(()).ok_or("it was let through")
}

#[test]
fn r7_a_function_that_calls_itself_recovers_however_deep_it_goes() {
    let bench = narrow();
    assert_eq!(deep(&bench.breaker, 9), Ok(10));
    assert_eq!(bench.state(), State::Closed);
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.successes, totals.rejected), (10, 0));
}

#[tokio::test]
async fn r7_so_does_a_future() {
    let bench = narrow();
    assert_eq!(deep_async(&bench.breaker, 9).await, Ok(10));
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r7_only_the_probe_decides_and_not_what_it_calls() {
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
fn r7_while_a_probe_runs_other_threads_are_refused() {
    let bench = narrow();
    let probe = bench.breaker.call(|| {
        bench.succeed();
        let refused = thread::scope(|scope| scope.spawn(|| is_full(&bench)).join());
        refused.unwrap().then_some(()).ok_or("it was let through")
    });
    assert_eq!(probe, Ok(()));
}

#[tokio::test]
async fn r7_while_a_probe_waits_other_tasks_of_its_thread_are_refused() {
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
async fn r7_dropping_a_probe_that_waits_takes_nothing_from_the_one_that_runs() {
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
fn r7_a_probe_that_has_ended_lets_nothing_through() {
    for panics in [false, true] {
        let bench = Bench::new(Config::new().half_open_calls(1).probe_failures(2));
        bench.half_open();
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            bench.breaker.call(|| {
                assert!(!panics, "of its own");
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
fn r7_a_probe_lets_nothing_through_another_breaker() {
    let (bench, other) = (narrow(), narrow());
    let held = other.permit();
    let probe = bench.breaker.call(|| {
        let full = is_full(&other);
        full.then_some(()).ok_or("it was let through")
    });
    assert_eq!(probe, Ok(()));
    held.success();
}

#[test]
fn r7_a_permit_held_by_hand_lets_nothing_through() {
    let bench = narrow();
    let permit = bench.permit();
    assert!(is_full(&bench));
    permit.success();
}

#[tokio::test]
async fn r7_a_probe_that_was_begun_inside_of_another_one_stands_for_its_own_calls() {
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
fn r9_what_a_probe_of_an_older_stay_calls_is_refused() {
    let bench = Bench::new(
        Config::new()
            .half_open_calls(1)
            .probe_timeout(OPEN_FOR)
            .probe_failures(1),
    );
    bench.half_open();
    let old = bench.breaker.call(|| {
        bench.pass(OPEN_FOR);
        assert_eq!(bench.state(), State::Open, "it was given up");
        bench.pass(OPEN_FOR);
        is_full_beside_a_probe(&bench)
    });
    assert_eq!(old, Ok(()));
}

#[test]
fn r9_what_a_call_of_an_old_ramp_calls_is_refused() {
    let bench = Bench::new(Config::new().half_open_calls(1).ramp(OPEN_FOR));
    bench.half_open();
    (0..3).for_each(|_| bench.succeed());
    let old = bench.breaker.call(|| {
        bench.pass(2 * OPEN_FOR);
        bench.succeed();
        bench.breaker.trip();
        bench.pass(OPEN_FOR);
        is_full_beside_a_probe(&bench)
    });
    assert_eq!(old, Ok(()));
}

#[test]
fn r14_a_call_that_only_an_override_let_through_lets_nothing_through() {
    let bench = narrow();
    let probe = bench.permit();
    bench.breaker.force_closed("maintenance", None);
    let bystander = bench.breaker.call(|| {
        bench.breaker.clear_override();
        is_full(&bench).then_some(()).ok_or("it was let through")
    });
    assert_eq!(bystander, Ok(()));
    probe.success();
}

#[test]
fn r14_what_a_probe_calls_is_refused_where_the_circuit_is_forced_open() {
    let bench = narrow();
    let probe = bench.breaker.call(|| {
        bench.breaker.force_open("maintenance", None);
        let refused = bench.breaker.try_acquire();
        refused.map(drop).map_err(|it| it.reason())
    });
    assert_eq!(probe, Err(CallError::Inner(RejectionReason::Forced)));
}

#[test]
fn r21_a_function_that_calls_itself_is_refused_by_a_ramp_as_a_whole_or_not_at_all() {
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
        let mut refused = 0;
        for _ in 0..100 {
            match deep(&bench.breaker, 9) {
                Ok(depth) => assert_eq!(depth, 10),
                Err(CallError::Breaker(_)) => refused += 1,
                Err(CallError::Inner(problem)) => panic!("{problem}"),
            }
        }
        assert_ne!(refused, 0, "the ramp has not ended");
        assert_eq!(bench.state(), State::Closed);
    }
}
