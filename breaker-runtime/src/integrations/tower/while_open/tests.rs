#![allow(
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::time::{Instant, advance};
use tower::balance::p2c::Balance;
use tower::discover::ServiceList;
use tower::load::Constant;
use tower::{BoxError, Layer, Service, ServiceExt};

use crate::test_util::TokioClock;
use crate::tower::{CircuitBreakerLayer, CircuitBreakerService, InRegistry, PerKey};
use crate::{CircuitBreaker, Config, Registry, State};

const OPEN_FOR: Duration = Duration::from_secs(30);

/// An endpoint that is up or down, and counts its calls.
#[derive(Clone, Default)]
struct Endpoint {
    is_down: Arc<AtomicBool>,
    is_busy: Arc<AtomicBool>,
    called: Arc<AtomicU32>,
}

impl Endpoint {
    fn called(&self) -> u32 {
        self.called.swap(0, Ordering::SeqCst)
    }
}

impl Service<()> for Endpoint {
    type Response = ();
    type Error = std::io::Error;
    type Future = Ready<Result<(), std::io::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), std::io::Error>> {
        if self.is_busy.load(Ordering::SeqCst) {
            Poll::Pending
        } else {
            Poll::Ready(Ok(()))
        }
    }

    fn call(&mut self, (): ()) -> Self::Future {
        self.called.fetch_add(1, Ordering::SeqCst);
        ready(if self.is_down.load(Ordering::SeqCst) {
            Err(std::io::Error::other("down"))
        } else {
            Ok(())
        })
    }
}

type Guarded = CircuitBreakerService<Endpoint, crate::tower::ByResult, InRegistry>;

fn guarded(registry: &Registry, name: &str, endpoint: &Endpoint) -> (Guarded, CircuitBreaker) {
    let config = Config::new().threshold(3).open_for(OPEN_FOR).jitter(0.0);
    let layer = CircuitBreakerLayer::in_registry(registry, name, config).unwrap();
    let breaker = layer.breaker().clone();
    (layer.pending_while_open().layer(endpoint.clone()), breaker)
}

fn alone() -> (Guarded, CircuitBreaker) {
    let registry = Registry::with_clock(TokioClock::new());
    guarded(&registry, "endpoint", &Endpoint::default())
}

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicU32);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll<S: Service<()>>(service: &mut S, waker: &Waker) -> bool {
    let polled = service.poll_ready(&mut Context::from_waker(waker));
    polled.is_ready()
}

fn is_ready<S: Service<()>>(service: &mut S) -> bool {
    poll(service, Waker::noop())
}

#[tokio::test(start_paused = true)]
async fn poll_ready_is_pending_until_the_circuit_may_admit_a_call() {
    let (mut service, breaker) = alone();
    assert!(is_ready(&mut service), "closed");
    breaker.trip();
    assert!(!is_ready(&mut service), "open, though it was ready before");
    let began = Instant::now();
    service.ready().await.unwrap();
    let waited = began.elapsed();
    assert!(waited >= OPEN_FOR && waited < OPEN_FOR + Duration::from_millis(2));
    service.call(()).await.unwrap();
    let totals = breaker.snapshot().totals;
    assert_eq!((totals.successes, totals.rejected), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_reset_wakes_the_task_once_and_leaves_nothing_behind() {
    let (mut service, breaker) = alone();
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    breaker.trip();
    assert!(!poll(&mut service, &waker));
    breaker.reset();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    assert!(poll(&mut service, &waker));
    drop(waker);
    advance(OPEN_FOR * 2).await;
    assert_eq!(woken.0.load(Ordering::SeqCst), 1, "the timer has stopped");
    assert_eq!(Arc::strong_count(&woken), 1, "no waker was left behind");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_the_inner_service_goes_on_waiting_when_the_circuit_opens() {
    let registry = Registry::with_clock(TokioClock::new());
    let endpoint = Endpoint::default();
    let (mut service, breaker) = guarded(&registry, "endpoint", &endpoint);
    endpoint.is_busy.store(true, Ordering::SeqCst);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    assert!(!poll(&mut service, &waker));
    breaker.trip();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    assert!(!poll(&mut service, &waker));
    endpoint.is_busy.store(false, Ordering::SeqCst);
    assert!(!poll(&mut service, &waker));
    breaker.reset();
    assert_eq!(woken.0.load(Ordering::SeqCst), 2);
    assert!(poll(&mut service, &waker));
}

#[tokio::test(start_paused = true)]
async fn a_half_open_circuit_without_a_free_permit_is_pending() {
    let (mut service, breaker) = alone();
    breaker.trip();
    advance(OPEN_FOR).await;
    let probes = [breaker.try_acquire(), breaker.try_acquire()];
    assert!(probes.iter().all(Result::is_ok));
    assert!(!is_ready(&mut service));
    drop(probes);
    assert!(is_ready(&mut service));
}

#[tokio::test(start_paused = true)]
async fn r31_a_full_breaker_is_pending_until_a_call_ends() {
    let registry = Registry::with_clock(TokioClock::new());
    let config = Config::new().max_in_flight(1);
    let layer = CircuitBreakerLayer::in_registry(&registry, "full", config).unwrap();
    let breaker = layer.breaker().clone();
    let mut always_ready = layer.clone().layer(Endpoint::default());
    let mut service = layer.pending_while_open().layer(Endpoint::default());
    assert!(is_ready(&mut service), "there is a place");
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let call = breaker.try_acquire().unwrap();
    assert!(!poll(&mut service, &waker));
    assert!(is_ready(&mut always_ready), "the next call is rejected");
    drop(call);
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    service.ready().await.unwrap().call(()).await.unwrap();

    let call = breaker.try_acquire().unwrap();
    breaker.force_closed("the limit is wrong", None);
    assert!(is_ready(&mut service), "forced closed");
    breaker.clear_override();
    assert!(!is_ready(&mut service));
    drop(call);
    assert_eq!(breaker.snapshot().totals.rejected, 0);
}

#[tokio::test(start_paused = true)]
async fn with_keys_the_places_of_the_name_do_not_count() {
    let registry = Registry::with_clock(TokioClock::new());
    let config = Config::new().max_in_flight(1);
    let layer = CircuitBreakerLayer::in_registry(&registry, "fetch", config).unwrap();
    let _call = layer.breaker().try_acquire().unwrap();
    let mut service = layer
        .pending_while_open()
        .key(|(): &()| "host".to_owned())
        .layer(Endpoint::default());
    assert!(is_ready(&mut service));
}

#[tokio::test(start_paused = true)]
async fn a_clone_waits_too() {
    let (service, breaker) = alone();
    breaker.trip();
    assert!(!is_ready(&mut service.clone()));
}

#[tokio::test(start_paused = true)]
async fn with_keys_poll_ready_is_pending_while_the_name_is_forced_open() {
    let registry = Registry::with_clock(TokioClock::new());
    let layer = CircuitBreakerLayer::in_registry(&registry, "fetch", Config::new()).unwrap();
    let mut service: CircuitBreakerService<_, _, PerKey<_>> = layer
        .pending_while_open()
        .key(|(): &()| "host".to_owned())
        .layer(Endpoint::default());
    let host = registry.get_or_create_keyed("fetch", "host", Config::new());
    host.unwrap().trip();
    assert!(is_ready(&mut service), "the key is not known yet");
    let name = registry.get("fetch").unwrap();
    name.force_open("maintenance", Some(OPEN_FOR));
    assert!(!is_ready(&mut service));
    service.ready().await.unwrap();
    assert_eq!(name.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_balancer_sends_nothing_to_an_endpoint_whose_circuit_is_open() {
    let registry = Registry::with_clock(TokioClock::new());
    let [sick, well] = [Endpoint::default(), Endpoint::default()];
    let (first, breaker) = guarded(&registry, "sick", &sick);
    let (second, _) = guarded(&registry, "well", &well);
    let endpoints = [first, second].map(|service| Constant::new(service, 1_u32));
    let mut balance = Balance::new(ServiceList::new::<()>(endpoints));
    sick.is_down.store(true, Ordering::SeqCst);
    let mut failed = Vec::new();
    for _ in 0..300 {
        let answer = balance.ready().await.unwrap().call(()).await;
        failed.extend(answer.err());
    }
    // Only the failures that opened the circuit reach a caller.
    let is_own = |error: &BoxError| error.is::<std::io::Error>();
    assert!(failed.iter().all(is_own), "{failed:?}");
    assert_eq!((failed.len(), sick.called(), well.called()), (3, 3, 297));
    assert_eq!(breaker.snapshot().totals.rejected, 0);

    sick.is_down.store(false, Ordering::SeqCst);
    tokio::time::sleep(OPEN_FOR).await;
    for _ in 0..300 {
        balance.ready().await.unwrap().call(()).await.unwrap();
    }
    assert_eq!(breaker.state(), State::Closed);
    assert!(sick.called() > 50 && well.called() > 50);
}
