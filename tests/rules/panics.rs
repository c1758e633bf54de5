//! R10, R11, R17 and R18: calls that end without a value, and rejections by inner breakers.

use std::future::{Future, pending};
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::task::{Context, Waker};

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, Config, Outcome, State, circuit_breaker};

use crate::support::Bench;

#[test]
fn r10_a_panic_in_the_body_is_a_failure_and_goes_on_unwinding() {
    let bench = Bench::default();
    let call = || bench.breaker.call(|| -> Result<(), ()> { panic!("boom") });
    let caught = panic::catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(caught.downcast_ref(), Some(&"boom"));
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.totals.failures, 1);
    assert_eq!(snapshot.failures_in_a_row, 1);
}

#[test]
fn r10_panicking_probes_release_their_permits() {
    let bench = Bench::new(Config::new().probe_failures(10));
    bench.half_open();
    for _ in 0..5 {
        let call = || bench.breaker.call(|| -> Result<(), ()> { panic!("boom") });
        panic::catch_unwind(AssertUnwindSafe(call)).unwrap_err();
        assert_eq!(bench.breaker.snapshot().probes_in_flight, 0);
    }
}

#[test]
fn r10_a_future_dropped_while_something_else_unwinds_is_cancelled() {
    let bench = Bench::default();
    let breaker = bench.breaker.clone();
    let unwinding = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut call = Box::pin(breaker.call_async(pending::<Result<(), ()>>()));
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        panic!("the neighbour's");
    }));
    assert!(unwinding.is_err());
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.failures, totals.cancelled), (0, 1));
}

#[test]
fn r10_a_future_that_panics_itself_is_a_failure() {
    let bench = Bench::default();
    let call = bench
        .breaker
        .call_async(async { panic!("its own") as Result<(), ()> });
    let mut call = Box::pin(call);
    let poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(panic::catch_unwind(AssertUnwindSafe(poll)).is_err());
    drop(call);
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.failures, totals.cancelled), (1, 0));
}

#[test]
fn r10_a_panic_that_began_after_a_permit_was_acquired_by_hand_fails_the_permit() {
    let bench = Bench::default();
    let call = || {
        let _permit = bench.permit();
        panic!("boom");
    };
    assert!(panic::catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(bench.breaker.snapshot().totals.failures, 1);
}

#[test]
fn r10_a_permit_acquired_while_unwinding_is_cancelled_when_it_is_dropped() {
    struct CallsWhenDropped<'a>(&'a Bench);
    impl Drop for CallsWhenDropped<'_> {
        fn drop(&mut self) {
            drop(self.0.permit());
        }
    }
    let bench = Bench::default();
    let call = || {
        let _calls = CallsWhenDropped(&bench);
        panic!("boom");
    };
    assert!(panic::catch_unwind(AssertUnwindSafe(call)).is_err());
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.failures, totals.cancelled), (0, 1));
}

#[test]
fn r11_a_dropped_future_is_cancelled_and_releases_its_permit() {
    let bench = Bench::default();
    bench.half_open();
    let mut first = Box::pin(bench.breaker.call_async(pending::<Result<(), ()>>()));
    let mut second = Box::pin(bench.breaker.call_async(pending::<Result<(), ()>>()));
    let mut context = Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(second.as_mut().poll(&mut context).is_pending());
    assert!(bench.rejects());
    drop(first);
    bench.permit().ignore();
    drop(second);
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.probes_in_flight, 0);
    assert_eq!(snapshot.totals.cancelled, 2);
}

#[test]
fn r11_a_future_that_is_never_polled_is_not_counted() {
    let bench = Bench::default();
    drop(bench.breaker.call_async(async { Ok::<_, ()>(()) }));
    let _unpolled = pin!(bench.breaker.call_async(async { Ok::<_, ()>(()) }));
    assert_eq!(bench.breaker.snapshot().totals.calls, 0);
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("down")]
    Down,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

fn classify(answer: &Result<u32, Error>) -> Outcome {
    match answer {
        Ok(13) => panic!("the classifier"),
        Ok(_) => Outcome::Success,
        Err(_) => Outcome::Failure,
    }
}

#[circuit_breaker(name = "r17_classify", classify = classify)]
fn classified(value: u32) -> Result<u32, Error> {
    if value == 0 {
        Err(Error::Down)
    } else {
        Ok(value)
    }
}

#[test]
fn r17_a_panic_in_a_classifier_is_a_failure_and_goes_on_unwinding() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let caught = panic::catch_unwind(|| classified(13)).unwrap_err();
    assert_eq!(caught.downcast_ref(), Some(&"the classifier"));
    let snapshot = test.get("r17_classify").unwrap().snapshot();
    assert_eq!((snapshot.totals.failures, snapshot.totals.calls), (1, 1));
}

fn fails() -> bool {
    panic!("the guard")
}

#[circuit_breaker(name = "r17_pattern", ignore(Err(Error::Down) if fails()))]
async fn guarded(value: u32) -> Result<u32, Error> {
    if value == 0 {
        Err(Error::Down)
    } else {
        Ok(value)
    }
}

#[test]
fn r17_a_panic_in_a_pattern_guard_of_an_async_function_releases_the_permit() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let breaker = test.get("r17_pattern").unwrap();
    breaker.trip();
    test.clock().advance(std::time::Duration::from_secs(30));
    let mut call = Box::pin(guarded(0));
    let poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(panic::catch_unwind(AssertUnwindSafe(poll)).is_err());
    drop(call);
    let snapshot = breaker.snapshot();
    assert_eq!(snapshot.probes_in_flight, 0);
    assert_eq!((snapshot.totals.failures, snapshot.state), (1, State::Open));
}

#[circuit_breaker(name = "r18_inner", threshold = 1)]
fn inner() -> Result<(), Error> {
    Err(Error::Down)
}

#[circuit_breaker(name = "r18_outer", threshold = 1, ignore(Err(Error::Breaker(_))))]
fn outer() -> Result<(), Error> {
    inner()
}

#[circuit_breaker(name = "r18_outer_unaware", threshold = 1)]
fn unaware() -> Result<(), Error> {
    inner()
}

#[test]
fn r18_an_outer_breaker_can_ignore_a_rejection_of_an_inner_one() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    test.get("r18_inner").unwrap().trip();
    for _ in 0..3 {
        assert!(matches!(outer(), Err(Error::Breaker(_))));
    }
    let outer = test.get("r18_outer").unwrap().snapshot();
    assert_eq!((outer.state, outer.totals.ignored), (State::Closed, 3));
    assert!(unaware().is_err());
    assert_eq!(test.get("r18_outer_unaware").unwrap().state(), State::Open);
}
