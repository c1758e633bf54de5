//! The layer and its service: admission, readiness, ends of all kinds, keys, and bad input.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, Ready, pending, ready};
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::tower::{ByResult, CircuitBreakerLayer, Classify, ServiceError};
use breaker_runtime::{
    BreakerError, CallError, Config, ConfigError, Outcome, Registry, RejectionReason, State, Totals,
};
use tower::{BoxError, Layer, Service, ServiceExt, service_fn};
use tower_test::mock;

use crate::rules::{Bench, OPEN_FOR};

/// Polls a future that has to be ready.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it has to wait"),
    }
}

/// Polls a future once that has to wait.
fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    let context = &mut Context::from_waker(Waker::noop());
    Pin::new(future).poll(context).is_pending()
}

fn echo(answer: Result<u32, &'static str>) -> Ready<Result<u32, &'static str>> {
    ready(answer)
}

type Echo = fn(Result<u32, &'static str>) -> Ready<Result<u32, &'static str>>;

fn guarded(
    bench: &Bench,
) -> impl Service<Result<u32, &'static str>, Response = u32, Error = ServiceError<&'static str>> + Clone
{
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    layer.layer(service_fn(echo as Echo))
}

fn totals(bench: &Bench) -> Totals {
    bench.breaker.snapshot().totals
}

fn ends(bench: &Bench) -> [u64; 4] {
    let totals = totals(bench);
    [
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.cancelled,
    ]
}

#[test]
fn an_error_is_a_failure_and_all_else_a_success() {
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
fn an_open_circuit_refuses_the_call_and_does_not_call_the_service() {
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
fn it_recovers_by_probes() {
    let bench = Bench::default();
    let mut service = guarded(&bench);
    for _ in 0..5 {
        assert!(now(service.call(Err("down"))).is_err());
    }
    assert_eq!(bench.state(), State::Open);
    bench.pass(OPEN_FOR);
    for _ in 0..3 {
        assert_eq!(now(service.call(Ok(7))), Ok(7));
    }
    assert_eq!(bench.state(), State::Closed);
}

#[tokio::test]
async fn readiness_is_the_inner_ones_and_holds_no_permit() {
    let bench = Bench::new(Config::new().half_open_calls(1));
    bench.half_open();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let (mut service, mut handle) =
        mock::spawn_with(|inner: mock::Mock<&str, &str>| layer.layer(inner));

    handle.allow(0);
    assert!(service.poll_ready().is_pending());
    handle.allow(1);
    assert!(service.poll_ready().is_ready());
    // Reserved, and not used: the one probe is still to be had.
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 0);
    let probe = bench.permit();
    // Used now, and refused, as the circuit is asked only here.
    let error = service.call("first").await.unwrap_err();
    assert!(matches!(error, ServiceError::Breaker(_)));
    drop(probe);

    // What was reserved serves the next call.
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
async fn an_error_of_readiness_is_passed_on_and_counted_as_nothing() {
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
fn neither_clone_nor_send_is_asked_of_the_inner_service() {
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
fn a_call_that_is_never_polled_is_cancelled_and_gives_its_permit_back() {
    let bench = Bench::new(Config::new().half_open_calls(1));
    bench.half_open();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|()| pending::<Result<(), ()>>()));
    let unpolled = service.call(());
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 1);
    assert!(now(service.call(())).is_err());
    // However long it is kept: it was never pending.
    bench.pass(Duration::from_secs(10));
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
        // Waiting to be polled is not pending.
        bench.pass(Duration::from_secs(60));
        assert!(is_pending(&mut call));
        bench.pass(pause);
        drop(call);
        assert_eq!(ends(&bench), counted);
    }
}

#[test]
fn the_permit_is_free_only_when_what_the_call_held_is_gone() {
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
fn r10_a_panic_in_the_inner_call_or_in_its_future_is_a_failure_and_goes_on_unwinding() {
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
fn a_future_that_panicked_and_is_kept_lets_nothing_through_and_takes_nothing_away() {
    let bench = Bench::new(Config::new().half_open_calls(2).probe_failures(3));
    bench.half_open();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let panicking = service_fn(|()| async { panic!("of its own") as Result<(), &'static str> });
    let mut kept = Box::pin(layer.layer(panicking).call(()));
    let poll = || kept.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    panic::catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
    let held = bench.permit();
    assert!(bench.is_refused());
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
fn r17_a_classifier_or_a_hint_that_panics_is_a_failure_and_gives_the_permit_back() {
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
fn a_function_or_a_type_can_judge_too() {
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
fn r20_a_hint_is_asked_of_failures_only_and_says_how_long_the_circuit_stays_open() {
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

struct Fetch {
    host: &'static str,
    answer: Result<u32, &'static str>,
}

impl Fetch {
    fn host(&self) -> &str {
        self.host
    }
}

#[test]
fn a_sick_host_does_not_shut_out_the_others() {
    let bench = Bench::default();
    let config = Config::new().threshold(2);
    let layer = CircuitBreakerLayer::in_registry(&bench.registry, "fetch", config).unwrap();
    let layer = layer.key(Fetch::host);
    let mut fetch = layer.layer(service_fn(|fetch: Fetch| echo(fetch.answer)));
    for (host, answer) in [
        ("sick", Err("down")),
        ("well", Ok(1)),
        ("sick", Err("down")),
        ("well", Ok(2)),
    ] {
        let _ = now(fetch.call(Fetch { host, answer }));
    }
    let (host, answer) = ("sick", Ok(3));
    let error = now(fetch.call(Fetch { host, answer })).unwrap_err();
    assert_eq!(error.rejection().unwrap().key(), Some("sick"));
    let (host, answer) = ("well", Ok(4));
    assert_eq!(now(fetch.call(Fetch { host, answer })), Ok(4));

    let state = |key| bench.registry.get_keyed("fetch", key).unwrap().state();
    assert_eq!((state("sick"), state("well")), (State::Open, State::Closed));
    assert_eq!(bench.registry.key_stats("fetch").unwrap().totals.calls, 5);
    assert_eq!(layer.breaker().snapshot().totals.calls, 0);

    // An override of the name holds for every key.
    layer.breaker().force_open("maintenance", None);
    assert!(now(fetch.call(Fetch { host, answer })).is_err());
}

#[test]
fn a_key_that_panics_is_no_call() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::in_registry(&bench.registry, "fetch", Config::new()).unwrap();
    let layer = layer.key(|_: &Result<u32, &str>| -> String { panic!("no key") });
    let mut service = layer.layer(service_fn(echo as Echo));
    let call = || now(service.call(Ok(7)));
    assert!(panic::catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(bench.registry.key_stats("fetch").unwrap().totals.calls, 0);
}

#[test]
fn a_name_with_other_settings_names_both_places() {
    let first = line!() + 1;
    let _first = CircuitBreakerLayer::new("layer.conflict", Config::new().threshold(3)).unwrap();
    let second = line!() + 1;
    let error = CircuitBreakerLayer::new("layer.conflict", Config::new().threshold(4)).unwrap_err();
    let ConfigError::Conflict(conflict) = &error else {
        panic!("{error}");
    };
    assert_eq!(conflict.first.location.line, first);
    assert_eq!(conflict.second.location.line, second);
    for part in [
        format!("tests/clients/tower.rs:{first}"),
        format!("tests/clients/tower.rs:{second}"),
    ] {
        assert!(error.to_string().contains(&part), "{error}");
    }

    let registry = Registry::new();
    let make = |config| CircuitBreakerLayer::in_registry(&registry, "payment", config);
    let _first = make(Config::new().open_for(OPEN_FOR)).unwrap();
    let error = make(Config::new().open_for(2 * OPEN_FOR)).unwrap_err();
    assert!(matches!(error, ConfigError::Conflict(_)));
}

#[test]
fn wrong_settings_and_names_are_errors_of_the_construction() {
    let error = CircuitBreakerLayer::new("layer.wrong", Config::new().threshold(0)).unwrap_err();
    assert_eq!(error.to_string(), "`threshold` must be at least 1, not 0");
    let error = CircuitBreakerLayer::new("no name", Config::new()).unwrap_err();
    assert_eq!(error.field(), Some("name"));
    assert!(Registry::global().get("layer.wrong").is_none());
}

#[test]
fn layers_of_one_name_have_one_breaker() {
    let make = || CircuitBreakerLayer::new("layer.same", Config::new().threshold(1)).unwrap();
    let (first, second) = (make(), make());
    assert!(first.breaker().same_as(second.breaker()));
    let breaker = Registry::global().get("layer.same").unwrap();
    let third = CircuitBreakerLayer::from(breaker.clone());
    let mut service = third.layer(service_fn(echo as Echo));
    assert!(service.breaker().same_as(&breaker));
    let _ = now(service.call(Err("down")));
    assert_eq!(first.breaker().state(), State::Open);
    assert!(now(second.layer(service_fn(echo as Echo)).call(Ok(7))).is_err());

    // One that is taken out goes on working for who has it; a new one has nothing of it.
    Registry::global().remove("layer.same").unwrap();
    let mut old = first.layer(service_fn(echo as Echo));
    assert!(now(old.call(Ok(7))).is_err());
    let fresh = make();
    assert!(!fresh.breaker().same_as(&breaker));
    assert_eq!(
        now(fresh.layer(service_fn(echo as Echo)).call(Ok(7))),
        Ok(7)
    );
}

#[test]
fn a_layer_made_in_a_test_has_its_breaker_in_the_registry_of_the_test() {
    let test = TestRegistry::new();
    let entered = test.enter();
    let layer = CircuitBreakerLayer::new("layer.tested", Config::new()).unwrap();
    drop(entered);
    assert!(layer.breaker().same_as(&test.get("layer.tested").unwrap()));
    assert!(Registry::global().get("layer.tested").is_none());
}

#[test]
fn the_error_becomes_a_box_of_what_it_holds() {
    let bench = Bench::default();
    bench.breaker.trip();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|()| ready(Err::<(), BoxError>("down".into()))));
    let refused = BoxError::from(now(service.call(())).unwrap_err());
    assert!(matches!(
        refused.downcast_ref(),
        Some(BreakerError::Rejected(_))
    ));
    bench.breaker.reset();
    let failed = BoxError::from(now(service.call(())).unwrap_err());
    assert_eq!(failed.to_string(), "down");

    let inner = std::io::Error::other("no route");
    let error = CallError::from(ServiceError::Inner(inner));
    let standard: &dyn std::error::Error = &error;
    assert_eq!(standard.to_string(), "no route");
}

#[test]
fn what_is_refused_is_not_to_be_tried_again_at_once() {
    let bench = Bench::new(Config::new().ramp(Duration::from_secs(100)));
    let mut reasons = Vec::new();
    let mut look = |bench: &Bench| {
        let rejection = loop {
            // The first call of a ramp passes.
            match bench.breaker.try_acquire() {
                Ok(permit) => permit.ignore(),
                Err(rejection) => break rejection,
            }
        };
        assert!(!rejection.is_retryable());
        let error = BreakerError::from(rejection.clone());
        assert!(!error.is_retryable());
        assert_eq!(error.retry_after(), rejection.retry_after());
        reasons.push(rejection.reason());
    };
    bench.breaker.force_open("maintenance", None);
    look(&bench);
    bench.breaker.clear_override();
    bench.breaker.trip();
    look(&bench);
    bench.pass(OPEN_FOR);
    let probes = [bench.permit(), bench.permit()];
    look(&bench);
    probes.into_iter().for_each(|probe| probe.success());
    bench.permit().success();
    assert_eq!(bench.state(), State::Closed);
    look(&bench);
    assert_eq!(
        reasons,
        [
            RejectionReason::Forced,
            RejectionReason::Open,
            RejectionReason::HalfOpenFull,
            RejectionReason::Ramp
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_past_its_limit_may_be_tried_again() {
    #[breaker_runtime::circuit_breaker(name = "layer.late", call_timeout = "1s")]
    async fn hang() -> Result<(), BreakerError> {
        pending().await
    }
    let test = TestRegistry::with_clock(TokioClock::new());
    let _entered = test.enter();
    let error = hang().await.unwrap_err();
    assert!(matches!(error, BreakerError::TimedOut(_)));
    assert!(error.is_retryable());
    assert_eq!(error.retry_after(), None);
}

#[tokio::test]
async fn futures_can_go_to_other_threads() {
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

#[test]
fn the_parts_are_shown() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    assert!(format!("{layer:?}").contains("payment"));
    let mut service = layer.classify(ByResult).layer(service_fn(echo as Echo));
    assert!(format!("{service:?}").contains("payment"));
    assert!(format!("{:?}", service.call(Ok(7))).contains("ResponseFuture"));
    let _ = service.get_ref();
    let _ = service.get_mut();
    let _ = service.into_inner();
}
