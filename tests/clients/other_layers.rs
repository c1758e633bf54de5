//! The breaker with other Tower layers, in either order: which calls are counted. Time is tokio's and paused.

use std::future::{Future, Ready, pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::tower::{ByResult, CircuitBreakerLayer, ServiceError, Single};
use breaker_runtime::{BreakerError, CircuitBreaker, Config, Outcome, State};
use tokio::task::JoinHandle;
use tower::load_shed::error::Overloaded;
use tower::retry::Policy;
use tower::timeout::error::Elapsed;
use tower::{BoxError, Service, ServiceBuilder, ServiceExt, service_fn};

const SECOND: Duration = Duration::from_secs(1);

/// A breaker, and how often the service behind it was called.
struct Setup {
    _registry: TestRegistry<TokioClock>,
    breaker: CircuitBreaker,
    called: Arc<AtomicU32>,
}

impl Setup {
    fn new(config: Config) -> Self {
        let registry = TestRegistry::with_clock(TokioClock::new());
        let breaker = registry.get_or_create("order", config).unwrap();
        Self {
            _registry: registry,
            breaker,
            called: Arc::default(),
        }
    }

    fn layer(&self) -> CircuitBreakerLayer<ByResult, Single> {
        CircuitBreakerLayer::from(self.breaker.clone())
    }

    /// Returns a service that fails `times` times before it succeeds.
    fn fails(
        &self,
        times: u32,
    ) -> impl Service<
        (),
        Response = (),
        Error = &'static str,
        Future = Ready<Result<(), &'static str>>,
    > + Clone
    + Send
    + 'static {
        let called = Arc::clone(&self.called);
        service_fn(move |()| {
            let before = called.fetch_add(1, Ordering::SeqCst);
            ready(if before < times { Err("down") } else { Ok(()) })
        })
    }

    /// Returns a service that never answers.
    fn hangs(
        &self,
    ) -> impl Service<(), Response = (), Error = BoxError, Future: Send> + Clone + Send + 'static
    {
        let called = Arc::clone(&self.called);
        service_fn(move |()| {
            called.fetch_add(1, Ordering::SeqCst);
            pending()
        })
    }

    fn called(&self) -> u32 {
        self.called.load(Ordering::SeqCst)
    }

    /// Returns the numbers of successful, failed, ignored, cancelled and rejected calls.
    fn counted(&self) -> [u64; 5] {
        let totals = self.breaker.snapshot().totals;
        [
            totals.successes,
            totals.failures,
            totals.ignored,
            totals.cancelled,
            totals.rejected,
        ]
    }
}

fn is_rejection(error: &BoxError) -> bool {
    matches!(error.downcast_ref(), Some(BreakerError::Rejected(_)))
}

/// Starts a future in a new task and returns when it has to wait.
async fn start<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let task = tokio::spawn(future);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    task
}

#[tokio::test(start_paused = true)]
async fn r11_a_timeout_outside_cancels_and_is_a_failure_after_cancel_after() {
    let setup = Setup::new(Config::new());
    for (limit, counted) in [(SECOND / 2, [0, 0, 0, 1, 0]), (2 * SECOND, [0, 1, 0, 1, 0])] {
        let service = ServiceBuilder::new().timeout(limit).layer(setup.layer());
        let error = service
            .service(setup.hangs())
            .oneshot(())
            .await
            .unwrap_err();
        assert!(error.is::<Elapsed>());
        assert_eq!(setup.counted(), counted);
    }
}

#[tokio::test(start_paused = true)]
async fn r11_a_timeout_outside_trips_the_circuit() {
    let setup = Setup::new(Config::new().threshold(2));
    let service = ServiceBuilder::new()
        .timeout(2 * SECOND)
        .layer(setup.layer());
    let service = service.service(setup.hangs());
    for _ in 0..2 {
        assert!(
            service
                .clone()
                .oneshot(())
                .await
                .unwrap_err()
                .is::<Elapsed>()
        );
    }
    assert!(is_rejection(&service.oneshot(()).await.unwrap_err()));
    assert_eq!(setup.counted(), [0, 2, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_inside_is_a_failure_however_short() {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(setup.layer())
        .timeout(SECOND / 2);
    let error = service
        .service(setup.hangs())
        .oneshot(())
        .await
        .unwrap_err();
    let ServiceError::Inner(error) = error else {
        panic!("it was rejected");
    };
    assert!(error.is::<Elapsed>());
    assert_eq!(setup.counted(), [0, 1, 0, 0, 0]);
}

/// A retry policy with a number of attempts left, which does not retry rejections.
#[derive(Clone)]
struct Again(u32);

impl<E: Retryable> Policy<(), (), E> for Again {
    type Future = Ready<()>;

    fn retry(&mut self, (): &mut (), answer: &mut Result<(), E>) -> Option<Ready<()>> {
        let again = answer.as_ref().is_err_and(E::is_retryable) && self.0 > 0;
        again.then(|| {
            self.0 -= 1;
            ready(())
        })
    }

    fn clone_request(&mut self, (): &()) -> Option<()> {
        Some(())
    }
}

/// An error that a retry policy asks whether it may retry.
trait Retryable {
    fn is_retryable(&self) -> bool;
}

impl Retryable for &str {
    fn is_retryable(&self) -> bool {
        true
    }
}

impl<E> Retryable for ServiceError<E> {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Breaker(error) => error.is_retryable(),
            Self::Inner(_) => true,
        }
    }
}

#[tokio::test]
async fn each_attempt_of_a_retry_outside_is_a_call() {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new().retry(Again(5)).layer(setup.layer());
    service.service(setup.fails(2)).oneshot(()).await.unwrap();
    assert_eq!(setup.called(), 3);
    assert_eq!(setup.counted(), [1, 2, 0, 0, 0]);
}

#[tokio::test]
async fn a_retry_outside_ends_with_the_first_rejection() {
    let setup = Setup::new(Config::new().threshold(2));
    let service = ServiceBuilder::new().retry(Again(5)).layer(setup.layer());
    let answer = service.service(setup.fails(9)).oneshot(()).await;
    assert!(answer.unwrap_err().rejection().is_some());
    assert_eq!(setup.called(), 2);
    assert_eq!(setup.counted(), [0, 2, 0, 0, 1]);
}

#[tokio::test]
async fn all_attempts_of_a_retry_inside_are_one_call_classified_by_the_last() {
    let setup = Setup::new(Config::new().threshold(2));
    let service = ServiceBuilder::new().layer(setup.layer()).retry(Again(5));
    let service = service.service(setup.fails(9));
    service.clone().oneshot(()).await.unwrap_err();
    assert_eq!(setup.called(), 6);
    assert_eq!(setup.counted(), [0, 1, 0, 0, 0]);
    service.clone().oneshot(()).await.unwrap();
    assert_eq!(setup.called(), 10);
    assert_eq!(setup.counted(), [1, 1, 0, 0, 0]);
}

#[tokio::test]
async fn calls_that_wait_for_a_concurrency_limit_outside_are_not_counted_and_a_rejection_frees_its_place()
 {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new()
        .concurrency_limit(1)
        .layer(setup.layer());
    let service = service.service(setup.hangs());
    let first = start(service.clone().oneshot(())).await;
    let second = start(service.clone().oneshot(())).await;
    assert_eq!(setup.called(), 1);
    assert_eq!(setup.counted(), [0; 5]);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    tokio::task::yield_now().await;
    assert_eq!(setup.called(), 2);
    second.abort();
    assert!(second.await.unwrap_err().is_cancelled());
    assert_eq!(setup.counted(), [0, 0, 0, 2, 0]);

    setup.breaker.trip();
    let mut kept = service.clone();
    assert!(kept.ready().await.unwrap().call(()).await.is_err());
    assert!(service.oneshot(()).await.unwrap_err().rejection().is_some());
    assert_eq!(setup.counted(), [0, 0, 0, 2, 2]);
}

#[tokio::test]
async fn a_rejection_keeps_the_place_of_a_concurrency_limit_inside_until_the_service_is_used_or_dropped()
 {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(setup.layer())
        .concurrency_limit(1);
    let service = service.service(setup.fails(0));
    let mut kept = service.clone();
    kept.ready().await.unwrap();
    setup.breaker.trip();
    assert!(kept.call(()).await.is_err());
    setup.breaker.reset();
    let mut other = start(service.clone().oneshot(())).await;
    assert!(!other.is_finished(), "the place is still reserved");
    kept.ready().await.unwrap().call(()).await.unwrap();
    (&mut other).await.unwrap().unwrap();

    kept.ready().await.unwrap();
    setup.breaker.trip();
    assert!(kept.call(()).await.is_err());
    drop(kept);
    let rejected = service.oneshot(()).await;
    assert!(rejected.unwrap_err().rejection().is_some());
    assert_eq!(setup.counted(), [2, 0, 0, 0, 3]);
}

#[tokio::test]
async fn calls_that_load_shed_rejects_outside_are_not_counted() {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new()
        .load_shed()
        .layer(setup.layer())
        .concurrency_limit(1);
    let service = service.service(setup.hangs());
    let _first = start(service.clone().oneshot(())).await;
    assert!(service.oneshot(()).await.unwrap_err().is::<Overloaded>());
    assert_eq!(setup.called(), 1);
    assert_eq!(setup.counted(), [0; 5]);
}

#[tokio::test]
async fn calls_that_load_shed_rejects_inside_are_failures_unless_the_classifier_ignores_them() {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(setup.layer())
        .load_shed()
        .concurrency_limit(1);
    let service = service.service(setup.hangs());
    let first = start(service.clone().oneshot(())).await;
    let error = service.oneshot(()).await.unwrap_err().into_inner();
    assert!(error.unwrap().is::<Overloaded>());
    assert_eq!(setup.counted(), [0, 1, 0, 0, 0]);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    let patient = setup
        .layer()
        .classify(|answer: Result<&(), &BoxError>| match answer {
            Ok(()) => Outcome::Success,
            Err(error) if error.is::<Overloaded>() => Outcome::Ignored,
            Err(_) => Outcome::Failure,
        });
    let service = ServiceBuilder::new()
        .layer(patient)
        .load_shed()
        .concurrency_limit(1);
    let service = service.service(setup.hangs());
    let _second = start(service.clone().oneshot(())).await;
    service.oneshot(()).await.unwrap_err();
    assert_eq!(setup.counted(), [0, 1, 1, 1, 0]);
}

#[tokio::test]
async fn with_load_shed_inside_an_open_circuit_rejects_at_once() {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(setup.layer())
        .load_shed()
        .concurrency_limit(1);
    let service = service.service(setup.hangs());
    let _first = start(service.clone().oneshot(())).await;
    setup.breaker.trip();
    assert!(service.oneshot(()).await.unwrap_err().rejection().is_some());
}

#[tokio::test]
async fn a_buffer_outside_calls_the_breaker_in_its_own_task() {
    let setup = Setup::new(Config::new().threshold(1));
    let service = ServiceBuilder::new().buffer(4).layer(setup.layer());
    let service = service.service(setup.fails(1));
    let error = service.clone().oneshot(()).await.unwrap_err();
    assert_eq!(error.to_string(), "down");
    assert!(is_rejection(&service.oneshot(()).await.unwrap_err()));
    assert_eq!(setup.counted(), [0, 1, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_queue_of_a_buffer_inside_is_part_of_the_call_and_a_full_one_blocks_callers() {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(setup.layer())
        .buffer(1)
        .concurrency_limit(1);
    let service = service.service(setup.hangs());
    // One call is in the service, one in the task of the buffer, and one in its queue.
    let mut calls = Vec::new();
    for _ in 0..5 {
        calls.push(start(service.clone().oneshot(())).await);
    }
    assert_eq!(setup.called(), 1);
    tokio::time::advance(2 * SECOND).await;
    calls.iter().for_each(JoinHandle::abort);
    for call in calls {
        assert!(call.await.unwrap_err().is_cancelled());
    }
    // The admitted calls had been pending for longer than `cancel_after`, wherever they were.
    let [.., failures, _, cancelled, _] = setup.counted();
    assert_eq!((failures, cancelled), (3, 0));
}

#[tokio::test]
async fn a_rejection_keeps_the_slot_of_a_buffer_inside_until_the_service_is_used_or_dropped() {
    let setup = Setup::new(Config::new());
    let service = ServiceBuilder::new().layer(setup.layer()).buffer(1);
    let service = service.service(setup.fails(0));
    let mut kept = service.clone();
    kept.ready().await.unwrap();
    setup.breaker.trip();
    assert!(kept.call(()).await.is_err());
    setup.breaker.reset();
    let other = start(service.clone().oneshot(())).await;
    assert!(!other.is_finished(), "the slot is still reserved");
    drop(kept);
    other.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn all_layers_work_together() {
    let setup = Setup::new(Config::new().threshold(2));
    let service = ServiceBuilder::new()
        .buffer(8)
        .load_shed()
        .concurrency_limit(4)
        .timeout(10 * SECOND)
        .layer(setup.layer())
        .timeout(SECOND);
    let service = service.service(setup.hangs());
    for _ in 0..2 {
        assert!(
            service
                .clone()
                .oneshot(())
                .await
                .unwrap_err()
                .is::<Elapsed>()
        );
    }
    assert!(is_rejection(&service.oneshot(()).await.unwrap_err()));
    assert_eq!(setup.breaker.state(), State::Open);
    assert_eq!(setup.counted(), [0, 2, 0, 0, 1]);
}
