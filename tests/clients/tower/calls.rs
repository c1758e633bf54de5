//! Calls through the service: admission, readiness, outcomes, cancellation and panics.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, Ready, pending, ready};
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use breaker_runtime::tower::{CircuitBreakerLayer, Classify, ServiceError};
use breaker_runtime::{Config, Outcome, Reason, RejectionReason, State};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_test::mock;

use super::{Echo, echo, ends, guarded, is_pending, now, totals};
use crate::support::{Bench, OPEN_FOR};

#[test]
fn an_error_is_a_failure_and_anything_else_a_success() {
    let bench = Bench::default();
    let mut service = guarded(&bench);
    assert_eq!(now(service.call(Ok(7))), Ok(7));
    assert_eq!(
        now(service.call(Err("down"))),
        Err(ServiceError::Inner("down"))
    );
    assert_eq!(ends(&bench), [1, 1, 0, 0]);
}

#[test]
fn r6_an_open_circuit_rejects_the_call_without_calling_the_service() {
    let bench = Bench::default();
    let called = Cell::new(0);
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|()| {
        called.set(called.get() + 1);
        ready(Ok::<_, Infallible>(()))
    }));
    now(service.call(())).unwrap();
    bench.breaker.trip();
    let error = now(service.call(())).unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!(rejection.reason(), RejectionReason::Open);
    assert_eq!(rejection.retry_after(), Some(OPEN_FOR));
    assert_eq!(called.get(), 1);
    assert_eq!(totals(&bench).rejected, 1);
}

#[test]
fn r7_successful_probes_close_the_circuit() {
    let bench = Bench::default();
    let mut service = guarded(&bench);
    for _ in 0..5 {
        assert!(now(service.call(Err("down"))).is_err());
    }
    assert_eq!(bench.state(), State::Open);
    bench.advance(OPEN_FOR);
    for _ in 0..3 {
        assert_eq!(now(service.call(Ok(7))), Ok(7));
    }
    assert_eq!(bench.state(), State::Closed);
}

#[tokio::test]
async fn readiness_is_that_of_the_inner_service_and_holds_no_permit() {
    let bench = Bench::new(Config::new().half_open_calls(1));
    bench.half_open();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let (mut service, mut handle) =
        mock::spawn_with(|inner: mock::Mock<&str, &str>| layer.layer(inner));

    handle.allow(0);
    assert!(service.poll_ready().is_pending());
    handle.allow(1);
    assert!(service.poll_ready().is_ready());
    // The inner service is reserved but not called: the one probe is still available.
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 0);
    let probe = bench.permit();
    // The call is rejected now, because only the call consults the breaker.
    let error = service.call("first").await.unwrap_err();
    assert!(matches!(error, ServiceError::Breaker(_)));
    drop(probe);

    // The next call uses the reservation.
    handle.allow(0);
    assert!(service.poll_ready().is_ready());
    let second = service.call("second");
    let (request, respond) = handle.next_request().await.unwrap();
    assert_eq!(request, "second");
    respond.send_response("answer");
    assert_eq!(second.await.unwrap(), "answer");
    assert_eq!(ends(&bench), [1, 5, 0, 1]);
}

#[tokio::test]
async fn an_error_of_readiness_is_passed_on_and_not_counted() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let (mut service, mut handle) =
        mock::spawn_with(|inner: mock::Mock<&str, &str>| layer.layer(inner));
    handle.send_error("gone");
    let Poll::Ready(Err(ServiceError::Inner(error))) = service.poll_ready() else {
        panic!("it has failed");
    };
    assert_eq!(error.to_string(), "gone");
    assert_eq!(ends(&bench), [0; 4]);
}

#[test]
fn the_inner_service_needs_neither_clone_nor_send() {
    struct Local(Rc<Cell<u32>>);

    impl Service<Rc<str>> for Local {
        type Response = Rc<str>;
        type Error = Rc<str>;
        type Future = Pin<Box<dyn Future<Output = Result<Rc<str>, Rc<str>>>>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Rc<str>>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Rc<str>) -> Self::Future {
            self.0.set(self.0.get() + 1);
            Box::pin(async move { Ok(request) })
        }
    }

    let bench = Bench::default();
    let calls = Rc::new(Cell::new(0));
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(Local(Rc::clone(&calls)));
    assert_eq!(&*now(service.call("hello".into())).unwrap(), "hello");
    assert_eq!(calls.get(), 1);
    assert_eq!(ends(&bench), [1, 0, 0, 0]);
}

#[test]
fn a_call_that_is_never_polled_is_cancelled_and_releases_its_permit() {
    let bench = Bench::new(Config::new().half_open_calls(1));
    bench.half_open();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|()| pending::<Result<(), ()>>()));
    let unpolled = service.call(());
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 1);
    assert!(now(service.call(())).is_err());
    // However long the future is kept, it was never pending.
    bench.advance(Duration::from_secs(10));
    drop(unpolled);
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 0);
    assert_eq!(ends(&bench), [0, 5, 0, 1]);
}

#[test]
fn r11_a_call_dropped_in_flight_is_cancelled_and_a_failure_after_cancel_after() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|()| pending::<Result<(), ()>>()));
    for (pause, counted) in [
        (Duration::from_millis(999), [0, 0, 0, 1]),
        (Duration::from_secs(1), [0, 1, 0, 1]),
    ] {
        let mut call = service.call(());
        // The time before the first poll does not count.
        bench.advance(Duration::from_secs(60));
        assert!(is_pending(&mut call));
        bench.advance(pause);
        drop(call);
        assert_eq!(ends(&bench), counted);
    }
}

#[test]
fn the_permit_is_released_after_the_future_is_dropped() {
    struct Connection(breaker_runtime::CircuitBreaker, Rc<Cell<usize>>);
    impl Drop for Connection {
        fn drop(&mut self) {
            self.1.set(self.0.snapshot().probes_in_flight);
        }
    }
    let bench = Bench::default();
    bench.half_open();
    let seen = Rc::new(Cell::new(0));
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|connection: Connection| async move {
        let _connection = connection;
        pending::<Result<(), ()>>().await
    }));
    let mut call = Box::pin(service.call(Connection(bench.breaker.clone(), Rc::clone(&seen))));
    assert!(is_pending(&mut call));
    drop(call);
    assert_eq!(seen.get(), 1);
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 0);
}

#[test]
fn r10_a_panic_in_the_inner_call_or_its_future_is_a_failure_and_goes_on_unwinding() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());

    let mut service = layer.layer(service_fn(|()| -> Ready<Result<(), ()>> {
        panic!("early")
    }));
    let call = || service.call(());
    let caught = panic::catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(caught.downcast_ref(), Some(&"early"));
    assert_eq!(ends(&bench), [0, 1, 0, 0]);

    let mut service = layer.layer(service_fn(|()| async { panic!("late") as Result<(), ()> }));
    let call = || now(service.call(()));
    let caught = panic::catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(caught.downcast_ref(), Some(&"late"));
    assert_eq!(ends(&bench), [0, 2, 0, 0]);
}

#[test]
fn r7_a_panicked_future_that_is_kept_admits_no_call_and_ends_no_nesting() {
    let bench = Bench::new(Config::new().half_open_calls(2).probe_failures(3));
    bench.half_open();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let panicking = service_fn(|()| async { panic!("late") as Result<(), &'static str> });
    let mut kept = Box::pin(layer.layer(panicking).call(()));
    let poll = || kept.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    panic::catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
    let held = bench.permit();
    assert!(bench.rejects());
    held.success();
    let probe = bench.breaker.call(|| {
        drop(kept);
        let held = bench.permit();
        bench.succeed();
        held.success();
        Ok::<_, &str>(())
    });
    assert_eq!(probe, Ok(()));
}

#[test]
fn r10_a_call_dropped_while_something_else_unwinds_is_cancelled() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|()| pending::<Result<(), ()>>()));
    let unwinding = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut polled = service.call(());
        let _unpolled = service.call(());
        assert!(is_pending(&mut polled));
        panic!("the neighbour's");
    }));
    assert!(unwinding.is_err());
    assert_eq!(ends(&bench), [0, 0, 0, 2]);
}

#[test]
fn r17_a_panic_in_a_classifier_or_a_hint_is_a_failure_and_releases_the_permit() {
    let bench = Bench::new(Config::new().probe_failures(9));
    bench.half_open();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let layer = layer.classify(|answer: Result<&u32, &&str>| match answer {
        Ok(13) => panic!("unlucky"),
        Ok(_) => Outcome::Success,
        Err(_) => Outcome::Failure,
    });

    let mut service = layer.clone().layer(service_fn(echo as Echo));
    let call = || now(service.call(Ok(13)));
    let caught = panic::catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(caught.downcast_ref(), Some(&"unlucky"));
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 0);
    assert_eq!(ends(&bench), [0, 6, 0, 0]);

    let layer = layer.hint(|_: Result<&u32, &&str>| panic!("no idea"));
    let mut service = layer.layer(service_fn(echo as Echo));
    let call = || now(service.call(Err("down")));
    let caught = panic::catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(caught.downcast_ref(), Some(&"no idea"));
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 0);
    assert_eq!(ends(&bench), [0, 7, 0, 0]);
}

#[test]
fn a_function_or_a_type_can_be_the_classifier() {
    fn even(answer: Result<&u32, &&str>) -> Outcome {
        match answer {
            Ok(number) if number % 2 == 0 => Outcome::Success,
            Ok(_) => Outcome::Ignored,
            Err(_) => Outcome::Failure,
        }
    }
    #[derive(Clone)]
    struct Never;
    impl<R, E> Classify<R, E> for Never {
        fn classify(&self, _: Result<&R, &E>) -> Outcome {
            Outcome::Ignored
        }
    }

    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.clone().classify(even).layer(service_fn(echo as Echo));
    for answer in [Ok(2), Ok(3), Err("down")] {
        let _ = now(service.call(answer));
    }
    assert_eq!(ends(&bench), [1, 1, 1, 0]);
    let mut service = layer.classify(Never).layer(service_fn(echo as Echo));
    let _ = now(service.call(Err("down")));
    assert_eq!(ends(&bench), [1, 1, 2, 0]);
}

#[test]
fn r22_a_classifier_that_trips_opens_the_circuit_for_as_long_as_the_hint_asks() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone())
        .classify(|answer: Result<&u32, &&str>| match answer {
            Ok(402) => Outcome::Trip,
            _ => Outcome::Success,
        })
        .hint(|_: Result<&u32, &&str>| Some(Duration::from_secs(90)));
    let mut service = layer.layer(service_fn(echo as Echo));
    assert_eq!(now(service.call(Ok(402))), Ok(402));
    let opening = &bench.breaker.snapshot().history[0].transition;
    assert_eq!(opening.reason, Reason::TrippedByCall);
    assert_eq!(opening.open_period, Some(Duration::from_secs(90)));
    assert_eq!(ends(&bench), [0, 1, 0, 0]);
}

#[test]
fn r20_only_a_failure_is_asked_for_a_hint_which_lengthens_the_open_period() {
    let bench = Bench::new(Config::new().threshold(1));
    let asked = Rc::new(Cell::new(0));
    let counter = Rc::clone(&asked);
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let layer = layer.hint(move |answer: Result<&u32, &&str>| {
        counter.set(counter.get() + 1);
        answer.err().map(|_| Duration::from_secs(90))
    });
    let mut service = layer.layer(service_fn(echo as Echo));
    now(service.call(Ok(7))).unwrap();
    assert_eq!(asked.get(), 0);
    let _ = now(service.call(Err("busy")));
    assert_eq!(asked.get(), 1);
    let error = now(service.call(Ok(7))).unwrap_err();
    let rest = error.rejection().unwrap().retry_after();
    assert_eq!(rest, Some(Duration::from_secs(90)));
}

#[tokio::test]
async fn futures_can_move_to_other_threads() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let service = layer.layer(service_fn(|number: u32| async move {
        tokio::task::yield_now().await;
        Ok::<_, Infallible>(number)
    }));
    let calls = (0..100).map(|number| tokio::spawn(service.clone().oneshot(number)));
    for (number, call) in calls.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(call.await.unwrap().unwrap() as usize, number);
    }
    assert_eq!(ends(&bench), [100, 0, 0, 0]);
}
