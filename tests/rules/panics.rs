//! R10, R11 and R17: calls that end without a value.

use std::future::{Future, pending};
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::task::{Context, Waker};

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, Config, Outcome, State, circuit_breaker};

use super::Bench;

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
fn r10_panicking_probes_give_their_permits_back() {
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
fn r10_a_permit_by_hand_is_failed_by_a_panic_that_began_after_it_was_acquired() {
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
fn r11_a_dropped_future_is_cancelled_and_gives_its_permit_back() {
    let bench = Bench::default();
    bench.half_open();
    let mut first = Box::pin(bench.breaker.call_async(pending::<Result<(), ()>>()));
    let mut second = Box::pin(bench.breaker.call_async(pending::<Result<(), ()>>()));
    let mut context = Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(second.as_mut().poll(&mut context).is_pending());
    assert!(bench.is_refused());
    drop(first);
    bench.permit().ignore();
    drop(second);
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.probes_in_flight, 0);
    assert_eq!(snapshot.totals.cancelled, 2);
}

#[test]
fn r11_a_future_that_is_never_polled_counts_as_nothing() {
    let bench = Bench::default();
    drop(bench.breaker.call_async(async { Ok::<_, ()>(()) }));
    let _unpolled = pin!(bench.breaker.call_async(async { Ok::<_, ()>(()) }));
    assert_eq!(bench.breaker.snapshot().totals.calls, 0);
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("down")]
    Down,
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

fn judge(answer: &Result<u32, Refused>) -> Outcome {
    match answer {
        Ok(13) => panic!("the classifier"),
        Ok(_) => Outcome::Success,
        Err(_) => Outcome::Failure,
    }
}

#[circuit_breaker(name = "r17_classify", classify = judge)]
fn classified(value: u32) -> Result<u32, Refused> {
    if value == 0 {
        Err(Refused::Down)
    } else {
        Ok(value)
    }
}

#[test]
fn r17_a_classifier_that_panics_gives_failure_and_goes_on_unwinding() {
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

#[circuit_breaker(name = "r17_pattern", ignore(Err(Refused::Down) if fails()))]
async fn guarded(value: u32) -> Result<u32, Refused> {
    if value == 0 {
        Err(Refused::Down)
    } else {
        Ok(value)
    }
}

#[test]
fn r17_a_guard_that_panics_in_an_async_function_gives_the_permit_back() {
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
fn inner() -> Result<(), Refused> {
    Err(Refused::Down)
}

#[circuit_breaker(name = "r18_outer", threshold = 1, ignore(Err(Refused::Breaker(_))))]
fn outer() -> Result<(), Refused> {
    inner()
}

#[circuit_breaker(name = "r18_outer_unaware", threshold = 1)]
fn unaware() -> Result<(), Refused> {
    inner()
}

#[test]
fn r18_a_rejection_of_an_inner_breaker_can_be_ignored_by_an_outer_one() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    test.get("r18_inner").unwrap().trip();
    for _ in 0..3 {
        assert!(matches!(outer(), Err(Refused::Breaker(_))));
    }
    let outer = test.get("r18_outer").unwrap().snapshot();
    assert_eq!((outer.state, outer.totals.ignored), (State::Closed, 3));
    assert!(unaware().is_err());
    assert_eq!(test.get("r18_outer_unaware").unwrap().state(), State::Open);
}
