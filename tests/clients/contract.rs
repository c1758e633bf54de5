//! The contract that tower-resilience publishes for its breaker (`tests/contract.rs` of
//! tower-resilience-circuitbreaker 0.14), applied to this one.
//!
//! Both breakers are ready without polling the inner service while the circuit rejects every call. In one mode of
//! tower-resilience, `poll_ready` waits until the circuit admits calls; this breaker has no such mode.

use std::convert::Infallible;
use std::future::{Future, Ready, pending, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::tower::{
    ByResult, CircuitBreakerLayer, CircuitBreakerService, ServiceError, Single,
};
use breaker_runtime::{CircuitBreaker, Config, Outcome, Reason, State, Window};
use futures::future::join_all;
use tower::limit::ConcurrencyLimit;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_test::mock::{self, Mock};

use crate::support::Bench;

/// A service that panics if it is called before it was ready. A clone has to become ready itself.
#[derive(Debug, Default)]
struct Strict {
    ready: bool,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<()> for Strict {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "it was not ready");
        ready(Ok(()))
    }
}

type Guarded = CircuitBreakerService<Mock<&'static str, &'static str>, ByResult, Single>;

fn mocked(breaker: &CircuitBreaker) -> (Guarded, mock::Handle<&'static str, &'static str>) {
    let (inner, handle) = mock::pair();
    let layer = CircuitBreakerLayer::from(breaker.clone());
    (layer.layer(inner), handle)
}

#[tokio::test]
async fn the_ready_instance_is_the_one_that_is_called() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = ServiceBuilder::new()
        .layer(layer)
        .service(Strict::default());
    for _ in 0..3 {
        service.ready().await.unwrap().call(()).await.unwrap();
    }
    // A rejected call does not use up the readiness that the next one needs.
    service.ready().await.unwrap();
    bench.breaker.trip();
    service.call(()).await.unwrap_err();
    bench.breaker.reset();
    service.call(()).await.unwrap();
}

#[tokio::test]
async fn a_concurrency_limit_inside_works() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(ConcurrencyLimit::new(Strict::default(), 8));
    for _ in 0..3 {
        service.ready().await.unwrap().call(()).await.unwrap();
    }
}

#[tokio::test]
async fn r6_an_open_circuit_never_calls_the_inner_service_through_any_clone() {
    let bench = Bench::default();
    bench.breaker.force_open("a test", None);
    let (mut first, mut handle) = mocked(&bench.breaker);
    let mut second = first.clone();
    handle.allow(2);
    for service in [&mut first, &mut second] {
        let answer = service.ready().await.unwrap().call("hello").await;
        assert!(matches!(answer, Err(ServiceError::Breaker(_))));
    }
    drop((first, second));
    assert!(handle.next_request().await.is_none(), "nothing was called");
}

#[tokio::test]
async fn an_open_circuit_does_not_wait_until_the_inner_service_is_ready() {
    let bench = Bench::default();
    bench.breaker.force_open("a test", None);
    let (mut service, mut handle) = mocked(&bench.breaker);
    handle.allow(0);
    let mut ready = by_hand(async move {
        service
            .ready()
            .await
            .unwrap()
            .call("hello")
            .await
            .unwrap_err()
    });
    let Poll::Ready(error) = ready.poll() else {
        panic!("it waits");
    };
    assert!(error.rejection().is_some());
}

#[tokio::test]
async fn the_error_of_inner_readiness_is_kept() {
    let bench = Bench::default();
    let (mut service, mut handle) = mocked(&bench.breaker);
    handle.send_error("closed");
    let error = service.ready().await.map(|_| ()).unwrap_err();
    assert_eq!(error.into_inner().unwrap().to_string(), "closed");
}

#[tokio::test]
async fn r7_half_open_admits_only_its_probes_however_many_calls_arrive() {
    let bench = Bench::new(Config::new().half_open_calls(1).success_threshold(1));
    bench.half_open();
    let (service, mut handle) = mocked(&bench.breaker);
    handle.allow(8);
    let calls = (0..8).map(|_| tokio::spawn(service.clone().oneshot("probe")));
    let calls: Vec<_> = calls.collect();
    let (_, respond) = handle.next_request().await.unwrap();
    while calls.iter().filter(|call| call.is_finished()).count() < 7 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.state(), State::HalfOpen);
    respond.send_response("answer");
    let answers = join_all(calls).await;
    let admitted = answers
        .into_iter()
        .filter(|answer| answer.as_ref().unwrap().is_ok());
    assert_eq!(admitted.count(), 1);
    assert_eq!(bench.state(), State::Closed);
}

#[tokio::test]
async fn r7_r11_a_dropped_probe_releases_its_permit_and_decides_nothing() {
    let bench = Bench::new(Config::new().half_open_calls(1).success_threshold(2));
    bench.half_open();
    let (service, mut handle) = mocked(&bench.breaker);
    handle.allow(3);
    let first = tokio::spawn(service.clone().oneshot("first"));
    let (request, _respond) = handle.next_request().await.unwrap();
    assert_eq!(request, "first");
    let rejected = service.clone().oneshot("second").await;
    assert!(matches!(rejected, Err(ServiceError::Breaker(_))));

    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(bench.state(), State::HalfOpen);
    let third = tokio::spawn(service.oneshot("third"));
    let (request, respond) = handle.next_request().await.unwrap();
    assert_eq!(request, "third");
    respond.send_response("answer");
    assert_eq!(third.await.unwrap().unwrap(), "answer");
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.cancelled, totals.successes), (1, 1));
}

fn classify(answer: Result<&&str, &Infallible>) -> Outcome {
    match answer {
        Ok(&"fail") => Outcome::Failure,
        _ => Outcome::Success,
    }
}

#[tokio::test]
async fn r2_the_failure_rate_trips_when_the_window_is_full_and_the_next_call_is_rejected() {
    let config = Config::new()
        .window(Window::Calls(4))
        .min_calls(4)
        .failure_rate(0.5);
    let bench = Bench::new(config);
    let layer = CircuitBreakerLayer::from(bench.breaker.clone()).classify(classify);
    let mut service = layer.layer(service_fn(|answer| ready(Ok::<_, Infallible>(answer))));
    for answer in ["fail", "fail", "fail"] {
        assert_eq!(
            service.ready().await.unwrap().call(answer).await,
            Ok(answer)
        );
        assert_eq!(bench.state(), State::Closed);
    }
    assert_eq!(
        service.ready().await.unwrap().call("fail").await,
        Ok("fail")
    );
    assert_eq!(bench.state(), State::Open);
    let rejected = service.ready().await.unwrap().call("ok").await;
    assert!(matches!(rejected, Err(ServiceError::Breaker(_))));
}

#[tokio::test]
async fn r2_failures_in_a_row_trip_without_a_window() {
    let bench = Bench::new(Config::new().threshold(3));
    let layer = CircuitBreakerLayer::from(bench.breaker.clone()).classify(classify);
    let mut service = layer.layer(service_fn(|answer| ready(Ok::<_, Infallible>(answer))));
    for answer in ["ok", "fail", "fail"] {
        assert_eq!(
            service.ready().await.unwrap().call(answer).await,
            Ok(answer)
        );
    }
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(
        service.ready().await.unwrap().call("fail").await,
        Ok("fail")
    );
    assert_eq!(bench.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn r19_slow_calls_trip_although_none_fails() {
    let limit = Duration::from_millis(20);
    let config = Config::new().window(Window::Calls(2)).min_calls(2);
    let config = config.slow_call(limit).slow_rate(0.5);
    let registry = TestRegistry::with_clock(TokioClock::new());
    let breaker = registry.get_or_create("slow", config).unwrap();
    let layer = CircuitBreakerLayer::from(breaker.clone());
    let mut service = layer.layer(service_fn(|pause| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(())
    }));
    service
        .ready()
        .await
        .unwrap()
        .call(Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(breaker.state(), State::Closed);
    service
        .ready()
        .await
        .unwrap()
        .call(2 * limit)
        .await
        .unwrap();
    let snapshot = breaker.snapshot();
    assert_eq!((snapshot.state, snapshot.totals.failures), (State::Open, 0));
    assert_eq!(
        snapshot.history.last().unwrap().transition.reason,
        Reason::SlowRate
    );
}

#[tokio::test]
async fn pending_readiness_is_passed_on_without_a_busy_loop() {
    let bench = Bench::default();
    let (service, mut handle) = mocked(&bench.breaker);
    handle.allow(0);
    let mut first = service.clone();
    let mut first = by_hand(async move { first.ready().await.map(|_| ()).unwrap() });
    assert!(first.poll().is_pending());
    assert!(!first.is_woken(), "nothing wakes it");
    drop(first);

    let mut second = service;
    let mut second = by_hand(async move { second.ready().await.map(|_| ()).unwrap() });
    assert!(second.poll().is_pending());
    handle.allow(1);
    assert!(second.is_woken());
    assert!(second.poll().is_ready());
}

#[tokio::test]
async fn calls_are_not_boxed() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let mut service = layer.layer(service_fn(|()| pending::<Result<(), ()>>()));
    let guarded = size_of_val(&service.call(()));
    // Two words for the handle, and three for the guard and its ticket.
    assert!(guarded <= 5 * size_of::<usize>(), "{guarded}");
}

/// A future that is polled by hand, and whether it was woken.
struct Task<F>(Pin<Box<F>>, Arc<Woken>);

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn by_hand<F: Future>(future: F) -> Task<F> {
    Task(Box::pin(future), Arc::default())
}

impl<F: Future> Task<F> {
    fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(&self.1));
        self.0.as_mut().poll(&mut Context::from_waker(&waker))
    }

    fn is_woken(&self) -> bool {
        self.1.0.load(Ordering::SeqCst)
    }
}
