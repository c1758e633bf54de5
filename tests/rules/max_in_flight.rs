//! R31: the setting `max_in_flight`.

use std::future::Future as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use breaker_runtime::{
    CallError, CircuitBreaker, Config, Overrides, Registry, RejectionReason, State, Window,
};

use crate::support::{Bench, OPEN_FOR};

fn limited(calls: u32) -> Bench {
    Bench::new(Config::new().max_in_flight(calls))
}

fn in_flight(bench: &Bench) -> Option<u32> {
    bench.breaker.snapshot().in_flight
}

fn configure(bench: &Bench, max_in_flight: Option<u32>) {
    let registry = &bench.registry;
    let configured = match max_in_flight {
        None => registry.unconfigure("payment"),
        max_in_flight => registry.configure(
            "payment",
            Overrides {
                max_in_flight,
                ..Overrides::default()
            },
        ),
    };
    configured.unwrap();
}

#[test]
fn r31_a_call_beyond_the_limit_is_rejected_as_full() {
    let bench = limited(2);
    let held = [bench.permit(), bench.permit()];
    let rejection = bench.breaker.try_acquire().unwrap_err();
    assert_eq!(rejection.reason(), RejectionReason::Full);
    assert_eq!(rejection.reason().as_str(), "full");
    assert_eq!(rejection.state(), State::Closed);
    assert_eq!(rejection.retry_after(), None);
    assert!(!rejection.is_retryable());
    assert_eq!(
        rejection.to_string(),
        "circuit breaker `payment` has as many calls in flight as it may have"
    );
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.rejected, totals.rejections.full), (1, 1));
    drop(held);
    bench.succeed();
    assert_eq!(in_flight(&bench), Some(0));
}

#[test]
fn r31_a_place_is_returned_however_the_call_ends() {
    let bench = limited(1);
    bench.succeed();
    bench.fail();
    bench.permit().ignore();
    drop(bench.permit());
    bench.permit().failure_with_cause(|| "down");
    let panics = || {
        bench
            .breaker
            .call(|| -> Result<(), &str> { panic!("it breaks") })
    };
    catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
    assert_eq!(in_flight(&bench), Some(0));
    assert_eq!(bench.breaker.snapshot().totals.calls, 6);
}

#[tokio::test]
async fn r31_a_dropped_future_returns_its_place() {
    let bench = limited(1);
    let pending = bench
        .breaker
        .call_async(std::future::pending::<Result<(), &str>>());
    let mut pending = Box::pin(pending);
    assert!(futures::poll!(&mut pending).is_pending());
    assert!(bench.rejects());
    drop(pending);
    assert_eq!(in_flight(&bench), Some(0));
    bench.succeed();
}

#[tokio::test(start_paused = true)]
async fn r31_ready_waits_for_a_place() {
    let bench = limited(1);
    let held = bench.permit();
    let mut ready = Box::pin(bench.breaker.ready());
    assert!(futures::poll!(&mut ready).is_pending());
    held.success();
    ready.await;
    bench.succeed();
}

#[test]
fn r31_the_reason_of_an_open_circuit_comes_before_full() {
    let bench = limited(1);
    let held = bench.permit();
    bench.breaker.trip();
    let rejection = bench.breaker.try_acquire().unwrap_err();
    assert_eq!(rejection.reason(), RejectionReason::Open);
    assert_eq!(rejection.retry_after(), Some(OPEN_FOR));
    held.success();
    assert_eq!(in_flight(&bench), Some(0), "a stale call returns its place");
}

#[test]
fn r31_a_rejected_call_holds_no_place() {
    let bench = limited(1);
    bench.breaker.trip();
    assert!(bench.rejects());
    bench.advance(OPEN_FOR);
    let probe = bench.permit();
    let rejection = bench.breaker.try_acquire().unwrap_err();
    assert_eq!(rejection.reason(), RejectionReason::Full);
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 1);
    probe.success();
    assert_eq!(in_flight(&bench), Some(0));
}

#[test]
fn r31_a_change_of_the_setting_returns_no_place_twice() {
    let bench = Bench::default();
    let before = bench.permit();
    configure(&bench, Some(1));
    let held = bench.permit();
    assert_eq!(in_flight(&bench), Some(1), "the first call holds no place");
    before.success();
    assert_eq!(in_flight(&bench), Some(1));
    configure(&bench, None);
    assert_eq!(in_flight(&bench), None);
    held.success();
    bench.succeed();
    configure(&bench, Some(1));
    assert_eq!(in_flight(&bench), Some(0));
}

#[test]
fn r31_a_lower_limit_admits_nothing_until_enough_calls_have_ended() {
    let bench = limited(3);
    let [first, second, third] = [bench.permit(), bench.permit(), bench.permit()];
    configure(&bench, Some(1));
    first.success();
    second.success();
    assert!(bench.rejects());
    third.success();
    bench.succeed();
}

#[test]
fn r31_under_forced_closed_calls_are_admitted_beyond_the_limit() {
    let bench = limited(1);
    bench.breaker.force_closed("test", None);
    let held = [bench.permit(), bench.permit(), bench.permit()];
    assert_eq!(in_flight(&bench), Some(3));
    drop(held);
    assert_eq!(in_flight(&bench), Some(0));
}

#[test]
fn r31_in_shadow_a_call_beyond_the_limit_is_counted_and_takes_no_place() {
    let bench = Bench::new(Config::new().max_in_flight(1).shadow(true));
    let held = [bench.permit(), bench.permit()];
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.in_flight, Some(1));
    assert_eq!(snapshot.totals.would_reject.full, 1);
    drop(held);
    assert_eq!(in_flight(&bench), Some(0));
}

#[test]
fn r31_each_nested_call_takes_a_place() {
    let bench = limited(2);
    let innermost = bench.breaker.call(|| {
        bench.breaker.call(|| {
            let third = bench.breaker.call(|| Ok::<_, &str>(()));
            let reason = match third {
                Err(CallError::Breaker(error)) => error.rejection().map(|it| it.reason()),
                other => panic!("{other:?}"),
            };
            assert_eq!(reason, Some(RejectionReason::Full));
            Ok::<_, CallError<&str>>(())
        })
    });
    assert!(innermost.is_ok());
    assert_eq!(in_flight(&bench), Some(0));
}

#[test]
fn r31_each_key_has_its_own_limit() {
    let bench = Bench::default();
    let config = Config::new().max_in_flight(1);
    let first = bench.key_of_fetch("a.example", config);
    let second = bench.key_of_fetch("b.example", config);
    let held = [first.try_acquire().unwrap(), second.try_acquire().unwrap()];
    assert!(first.try_acquire().is_err());
    let stats = bench.registry.key_stats("fetch").unwrap();
    assert_eq!(stats.in_flight, Some(2));
    drop(held);
}

#[test]
fn r31_the_limit_works_beside_windows_slow_calls_and_latency() {
    let windowed = Config::new().window(Window::Calls(10)).failure_rate(0.5);
    let slow = Config::new().slow_call(Duration::from_secs(1));
    for config in [windowed, slow, slow.latency(true), windowed.latency(true)] {
        let bench = Bench::new(config.max_in_flight(1));
        for _ in 0..100 {
            bench.succeed();
        }
        let held = bench.permit();
        assert!(bench.rejects());
        held.success();
        let snapshot = bench.breaker.snapshot();
        assert_eq!(snapshot.in_flight, Some(0));
        assert_eq!(snapshot.totals.successes, 101);
        assert_eq!(snapshot.totals.rejections.full, 1);
        let recorded = snapshot.latency.map_or(101, |latency| latency.count());
        assert_eq!(recorded, 101);
        assert!(snapshot.window.is_none_or(|window| window.calls == 10));
    }
}

#[test]
fn r31_threads_never_have_more_calls_in_flight_than_places() {
    const THREADS: usize = 8;
    let registry = Registry::new();
    let config = Config::new().max_in_flight(3);
    let breaker = registry.get_or_create("payment", config).unwrap();
    let (running, most) = (AtomicU32::new(0), AtomicU32::new(0));
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                for _ in 0..2000 {
                    let _ = breaker.call(|| {
                        let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                        most.fetch_max(now, Ordering::SeqCst);
                        thread::yield_now();
                        running.fetch_sub(1, Ordering::SeqCst);
                        Ok::<_, &str>(())
                    });
                }
            });
        }
    });
    assert!(most.load(Ordering::SeqCst) <= 3);
    let snapshot = breaker.snapshot();
    assert_eq!(snapshot.in_flight, Some(0));
    let totals = snapshot.totals;
    assert_eq!(
        totals.successes + totals.rejections.full,
        2000 * THREADS as u64
    );
}

/// A waker that looks at a breaker when it is woken.
struct Looks {
    breaker: CircuitBreaker,
    seen: Mutex<Vec<State>>,
}

impl Wake for Looks {
    fn wake(self: Arc<Self>) {
        self.seen.lock().unwrap().push(self.breaker.state());
    }
}

#[test]
fn r31_whoever_gets_the_place_of_a_call_sees_what_its_outcome_has_caused() {
    let bench = Bench::new(Config::new().max_in_flight(1).threshold(1));
    let permit = bench.permit();
    let looks = Arc::new(Looks {
        breaker: bench.breaker.clone(),
        seen: Mutex::default(),
    });
    let waker = Waker::from(Arc::clone(&looks));
    let mut ready = pin!(bench.breaker.ready());
    assert!(
        ready
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    permit.failure();
    assert_eq!(*looks.seen.lock().unwrap(), [State::Open]);
}
