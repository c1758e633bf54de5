//! Readiness: no caller waits for a service that would not be called.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use breaker_runtime::tower::{CircuitBreakerLayer, ServiceError};
use breaker_runtime::{Config, Registry, RejectionReason, State};
use tower::{Layer, Service, ServiceExt};

use super::now;
use crate::support::{Bench, OPEN_FOR};

/// A service that is ready while its switch is on, and counts how often it was polled and called.
#[derive(Clone, Default)]
struct Switched {
    is_ready: Arc<AtomicBool>,
    polled: Arc<AtomicU32>,
    called: Arc<AtomicU32>,
    /// Whether this clone was polled and ready; a call without it is a mistake of the caller.
    reserved: bool,
}

impl Service<()> for Switched {
    type Response = u32;
    type Error = &'static str;
    type Future = Ready<Result<u32, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.polled.fetch_add(1, Ordering::SeqCst);
        self.reserved = self.is_ready.load(Ordering::SeqCst);
        if self.reserved {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn call(&mut self, (): ()) -> Self::Future {
        assert!(self.reserved, "called without having been ready");
        self.reserved = false;
        ready(Ok(self.called.fetch_add(1, Ordering::SeqCst)))
    }
}

fn poll<S: Service<()>>(service: &mut S, waker: &Waker) -> Poll<Result<(), S::Error>> {
    service.poll_ready(&mut Context::from_waker(waker))
}

fn is_ready<S: Service<()>>(service: &mut S) -> bool {
    poll(service, Waker::noop()).is_ready()
}

/// Returns the reason of a rejected call.
fn rejected<S, E>(service: &mut S) -> Option<RejectionReason>
where
    S: Service<(), Error = ServiceError<E>>,
{
    let error = now(service.call(())).err()?;
    Some(error.rejection()?.reason())
}

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicU32);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn while_the_circuit_rejects_every_call_nobody_waits_for_the_inner_service() {
    let bench = Bench::default();
    let inner = Switched::default();
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(inner.clone());
    for (close, reason) in [
        (false, RejectionReason::Open),
        (true, RejectionReason::Forced),
    ] {
        if close {
            bench.breaker.force_open("it is wedged", None);
        } else {
            bench.breaker.trip();
        }
        assert!(is_ready(&mut service));
        assert_eq!(rejected(&mut service), Some(reason));
    }
    assert_eq!(inner.polled.load(Ordering::SeqCst), 0);
    assert_eq!(bench.breaker.snapshot().totals.rejected, 2);
}

#[test]
fn a_service_that_may_be_called_is_polled() {
    let bench = Bench::default();
    let inner = Switched::default();
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(inner.clone());
    assert!(!is_ready(&mut service), "closed");
    bench.breaker.trip();
    bench.advance(OPEN_FOR);
    assert!(!is_ready(&mut service), "half open");
    bench.breaker.force_closed("the breaker is wrong", None);
    assert!(!is_ready(&mut service), "forced closed");
    inner.is_ready.store(true, Ordering::SeqCst);
    assert!(is_ready(&mut service));
    assert_eq!(now(service.call(())).ok(), Some(0));
}

#[test]
fn a_half_open_circuit_without_a_free_probe_rejects_at_once() {
    let bench = Bench::default();
    bench.half_open();
    let inner = Switched::default();
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(inner);
    let (first, _second) = (bench.permit(), bench.permit());
    assert!(is_ready(&mut service));
    assert_eq!(rejected(&mut service), Some(RejectionReason::HalfOpenFull));
    first.success();
    assert!(!is_ready(&mut service), "one more probe may begin");
}

#[test]
fn a_call_for_which_the_inner_service_was_not_polled_is_rejected_whatever_happened_in_between() {
    let bench = Bench::default();
    let inner = Switched::default();
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(inner.clone());
    bench.breaker.trip();
    assert!(is_ready(&mut service));
    bench.breaker.reset();
    for _ in 0..2 {
        let error = now(service.call(())).unwrap_err();
        let rejection = error.rejection().unwrap();
        assert_eq!(rejection.reason(), RejectionReason::Open);
        assert_eq!(rejection.retry_after(), None);
    }
    assert_eq!(bench.breaker.snapshot().totals.rejections.open, 2);

    inner.is_ready.store(true, Ordering::SeqCst);
    assert!(is_ready(&mut service));
    assert_eq!(now(service.call(())).ok(), Some(0));
}

#[test]
fn what_the_inner_service_reserved_stays_reserved_while_calls_are_rejected() {
    let bench = Bench::default();
    let inner = Switched::default();
    inner.is_ready.store(true, Ordering::SeqCst);
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(inner.clone());
    assert!(is_ready(&mut service));
    bench.breaker.trip();
    assert!(is_ready(&mut service));
    assert_eq!(rejected(&mut service), Some(RejectionReason::Open));
    bench.breaker.reset();
    assert_eq!(now(service.call(())).ok(), Some(0));
    assert_eq!(inner.polled.load(Ordering::SeqCst), 1);
}

#[test]
fn a_clone_has_nothing_reserved() {
    let bench = Bench::default();
    let inner = Switched::default();
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(inner.clone());
    bench.breaker.trip();
    assert!(is_ready(&mut service));
    bench.breaker.reset();
    inner.is_ready.store(true, Ordering::SeqCst);
    let mut clone = service.clone();
    assert!(is_ready(&mut clone));
    assert_eq!(now(clone.call(())).ok(), Some(0));
}

#[test]
fn callers_that_wait_for_the_inner_service_are_woken_when_the_circuit_opens() {
    let bench = Bench::default();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut waiting: Vec<_> = (0..3).map(|_| layer.layer(Switched::default())).collect();
    for service in &mut waiting {
        assert!(poll(service, &waker).is_pending());
        assert!(poll(service, &waker).is_pending());
    }
    // The circuit does not wake a service that was dropped.
    drop(waiting.pop());
    bench.fail_times(5);
    assert_eq!(woken.0.load(Ordering::SeqCst), 2);
    for service in &mut waiting {
        assert!(poll(service, &waker).is_ready());
        assert_eq!(rejected(service), Some(RejectionReason::Open));
    }
    bench.breaker.reset();
    assert_eq!(woken.0.load(Ordering::SeqCst), 2, "nobody waits any more");
    assert_eq!(Arc::strong_count(&woken), 2, "no waker was left behind");
}

#[test]
fn callers_that_wait_are_woken_when_the_last_probe_begins() {
    let bench = Bench::new(Config::new().half_open_calls(1));
    bench.half_open();
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(Switched::default());
    assert!(poll(&mut service, &waker).is_pending());
    let _probe = bench.permit();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    assert!(poll(&mut service, &waker).is_ready());
    assert_eq!(rejected(&mut service), Some(RejectionReason::HalfOpenFull));
}

#[test]
fn a_caller_that_waits_is_not_woken_by_another_breaker() {
    let bench = Bench::default();
    let other = bench.registry.get_or_create("mail", Config::new()).unwrap();
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(Switched::default());
    assert!(poll(&mut service, &waker).is_pending());
    other.trip();
    assert_eq!(woken.0.load(Ordering::SeqCst), 0);
    bench.breaker.force_open("maintenance", None);
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
}

#[test]
fn hanging_calls_that_keep_the_inner_service_busy_open_the_circuit_for_those_who_wait() {
    let limit = Duration::from_secs(2);
    let bench = Bench::new(Config::new().threshold(2).slow_call(limit));
    let _hanging = [bench.permit(), bench.permit()];
    let mut service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(Switched::default());
    assert!(!is_ready(&mut service));
    bench.advance(limit);
    assert!(is_ready(&mut service));
    assert_eq!(rejected(&mut service), Some(RejectionReason::Open));
}

#[test]
fn with_keys_only_an_override_of_the_name_is_known_before_the_request() {
    let registry = Registry::new();
    let layer = CircuitBreakerLayer::in_registry(&registry, "fetch", Config::new())
        .unwrap()
        .key(|(): &()| "host".to_owned());
    let mut service = layer.layer(Switched::default());
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    assert!(poll(&mut service, &waker).is_pending());
    registry
        .get_or_create_keyed("fetch", "host", Config::new())
        .unwrap()
        .trip();
    assert!(poll(&mut service, &waker).is_pending());
    registry
        .get("fetch")
        .unwrap()
        .force_open("maintenance", None);
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    assert!(is_ready(&mut service));
    assert_eq!(rejected(&mut service), Some(RejectionReason::Forced));
    let host = registry.get_keyed("fetch", "host").unwrap();
    assert_eq!(host.snapshot().totals.rejected, 1);
    assert_eq!(host.state(), State::ForcedOpen);
}

#[tokio::test(start_paused = true)]
async fn a_caller_behind_a_wedged_service_gets_its_rejection() {
    let bench = Bench::default();
    let service = CircuitBreakerLayer::from(bench.breaker.clone()).layer(Switched::default());
    let waiting = tokio::spawn(service.clone().oneshot(()));
    tokio::task::yield_now().await;
    bench.breaker.force_open("it is wedged", None);
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.rejection().unwrap().state(), State::ForcedOpen);
    let error = service.oneshot(()).await.unwrap_err();
    assert!(error.rejection().is_some());
    assert_eq!(bench.breaker.snapshot().totals.rejected, 2);
}
