//! The breaker beside other layers of Tower, in either order: what is counted. Time is tokio's, paused.

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

/// A breaker, and how often what is behind it was called.
struct Stand {
    _registry: TestRegistry<TokioClock>,
    breaker: CircuitBreaker,
    called: Arc<AtomicU32>,
}

impl Stand {
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

    /// A service that fails so many times before it succeeds.
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

    /// A service that never answers.
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

    /// Successes, failures, ignored, cancelled and rejected calls.
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

/// Starts a future in a task of its own, and returns when it has to wait.
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
async fn a_timeout_outside_cancels_and_fails_after_cancel_after() {
    let stand = Stand::new(Config::new());
    for (limit, counted) in [(SECOND / 2, [0, 0, 0, 1, 0]), (2 * SECOND, [0, 1, 0, 1, 0])] {
        let service = ServiceBuilder::new().timeout(limit).layer(stand.layer());
        let error = service
            .service(stand.hangs())
            .oneshot(())
            .await
            .unwrap_err();
        assert!(error.is::<Elapsed>());
        assert_eq!(stand.counted(), counted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_outside_trips_the_circuit() {
    let stand = Stand::new(Config::new().threshold(2));
    let service = ServiceBuilder::new()
        .timeout(2 * SECOND)
        .layer(stand.layer());
    let service = service.service(stand.hangs());
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
    assert_eq!(stand.counted(), [0, 2, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_inside_is_a_failure_however_short() {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(stand.layer())
        .timeout(SECOND / 2);
    let error = service
        .service(stand.hangs())
        .oneshot(())
        .await
        .unwrap_err();
    let ServiceError::Inner(error) = error else {
        panic!("it was let through");
    };
    assert!(error.is::<Elapsed>());
    assert_eq!(stand.counted(), [0, 1, 0, 0, 0]);
}

/// Tries so many times more, but not what the breaker has refused.
#[derive(Clone)]
struct Again(u32);

impl<E: Refusal> Policy<(), (), E> for Again {
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

/// An error that may be a refusal.
trait Refusal {
    fn is_retryable(&self) -> bool;
}

impl Refusal for &str {
    fn is_retryable(&self) -> bool {
        true
    }
}

impl<E> Refusal for ServiceError<E> {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Breaker(error) => error.is_retryable(),
            Self::Inner(_) => true,
        }
    }
}

#[tokio::test]
async fn each_try_of_a_retry_outside_is_a_call() {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new().retry(Again(5)).layer(stand.layer());
    service.service(stand.fails(2)).oneshot(()).await.unwrap();
    assert_eq!(stand.called(), 3);
    assert_eq!(stand.counted(), [1, 2, 0, 0, 0]);
}

#[tokio::test]
async fn a_retry_outside_ends_with_the_first_refusal() {
    let stand = Stand::new(Config::new().threshold(2));
    let service = ServiceBuilder::new().retry(Again(5)).layer(stand.layer());
    let answer = service.service(stand.fails(9)).oneshot(()).await;
    assert!(answer.unwrap_err().rejection().is_some());
    assert_eq!(stand.called(), 2);
    assert_eq!(stand.counted(), [0, 2, 0, 0, 1]);
}

#[tokio::test]
async fn all_tries_of_a_retry_inside_are_one_call_judged_by_the_last() {
    let stand = Stand::new(Config::new().threshold(2));
    let service = ServiceBuilder::new().layer(stand.layer()).retry(Again(5));
    let service = service.service(stand.fails(9));
    service.clone().oneshot(()).await.unwrap_err();
    assert_eq!(stand.called(), 6);
    assert_eq!(stand.counted(), [0, 1, 0, 0, 0]);
    service.clone().oneshot(()).await.unwrap();
    assert_eq!(stand.called(), 10);
    assert_eq!(stand.counted(), [1, 1, 0, 0, 0]);
}

#[tokio::test]
async fn what_waits_for_a_concurrency_limit_outside_is_unknown_and_a_refusal_frees_its_place() {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new()
        .concurrency_limit(1)
        .layer(stand.layer());
    let service = service.service(stand.hangs());
    let first = start(service.clone().oneshot(())).await;
    let second = start(service.clone().oneshot(())).await;
    assert_eq!(stand.called(), 1);
    assert_eq!(stand.counted(), [0; 5]);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    tokio::task::yield_now().await;
    assert_eq!(stand.called(), 2);
    second.abort();
    assert!(second.await.unwrap_err().is_cancelled());
    assert_eq!(stand.counted(), [0, 0, 0, 2, 0]);

    stand.breaker.trip();
    let mut kept = service.clone();
    assert!(kept.ready().await.unwrap().call(()).await.is_err());
    assert!(service.oneshot(()).await.unwrap_err().rejection().is_some());
    assert_eq!(stand.counted(), [0, 0, 0, 2, 2]);
}

#[tokio::test]
async fn a_refusal_leaves_the_place_of_a_concurrency_limit_inside_until_the_service_is_used_or_gone()
 {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(stand.layer())
        .concurrency_limit(1);
    let service = service.service(stand.fails(0));
    let mut kept = service.clone();
    stand.breaker.trip();
    assert!(kept.ready().await.unwrap().call(()).await.is_err());
    let mut other = start(service.clone().oneshot(())).await;
    assert!(!other.is_finished(), "the place is still reserved");

    stand.breaker.reset();
    kept.ready().await.unwrap().call(()).await.unwrap();
    (&mut other).await.unwrap().unwrap();

    stand.breaker.trip();
    assert!(kept.ready().await.unwrap().call(()).await.is_err());
    drop(kept);
    let refused = service.oneshot(()).await;
    assert!(refused.unwrap_err().rejection().is_some());
    assert_eq!(stand.counted(), [2, 0, 0, 0, 3]);
}

#[tokio::test]
async fn what_load_shed_turns_away_outside_is_unknown() {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new()
        .load_shed()
        .layer(stand.layer())
        .concurrency_limit(1);
    let service = service.service(stand.hangs());
    let _first = start(service.clone().oneshot(())).await;
    assert!(service.oneshot(()).await.unwrap_err().is::<Overloaded>());
    assert_eq!(stand.called(), 1);
    assert_eq!(stand.counted(), [0; 5]);
}

#[tokio::test]
async fn what_load_shed_turns_away_inside_is_a_failure_unless_the_classifier_ignores_it() {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(stand.layer())
        .load_shed()
        .concurrency_limit(1);
    let service = service.service(stand.hangs());
    let first = start(service.clone().oneshot(())).await;
    let error = service.oneshot(()).await.unwrap_err().into_inner();
    assert!(error.unwrap().is::<Overloaded>());
    assert_eq!(stand.counted(), [0, 1, 0, 0, 0]);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    let patient = stand
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
    let service = service.service(stand.hangs());
    let _second = start(service.clone().oneshot(())).await;
    service.oneshot(()).await.unwrap_err();
    assert_eq!(stand.counted(), [0, 1, 1, 1, 0]);
}

#[tokio::test]
async fn load_shed_inside_answers_at_once_where_an_open_circuit_would_wait() {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(stand.layer())
        .load_shed()
        .concurrency_limit(1);
    let service = service.service(stand.hangs());
    let _first = start(service.clone().oneshot(())).await;
    stand.breaker.trip();
    assert!(service.oneshot(()).await.unwrap_err().rejection().is_some());
}

#[tokio::test]
async fn a_buffer_outside_asks_the_breaker_in_its_own_task() {
    let stand = Stand::new(Config::new().threshold(1));
    let service = ServiceBuilder::new().buffer(4).layer(stand.layer());
    let service = service.service(stand.fails(1));
    let error = service.clone().oneshot(()).await.unwrap_err();
    assert_eq!(error.to_string(), "down");
    assert!(is_rejection(&service.oneshot(()).await.unwrap_err()));
    assert_eq!(stand.counted(), [0, 1, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_queue_of_a_buffer_inside_is_part_of_the_call_and_a_full_one_holds_callers_back() {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new()
        .layer(stand.layer())
        .buffer(1)
        .concurrency_limit(1);
    let service = service.service(stand.hangs());
    // One is in the service, one in the hands of the buffer's task, one in its queue.
    let mut calls = Vec::new();
    for _ in 0..5 {
        calls.push(start(service.clone().oneshot(())).await);
    }
    assert_eq!(stand.called(), 1);
    tokio::time::advance(2 * SECOND).await;
    calls.iter().for_each(JoinHandle::abort);
    for call in calls {
        assert!(call.await.unwrap_err().is_cancelled());
    }
    // Those that were admitted had been pending for longer than `cancel_after`, wherever they were.
    let [.., failures, _, cancelled, _] = stand.counted();
    assert_eq!((failures, cancelled), (3, 0));
}

#[tokio::test]
async fn a_refusal_leaves_the_slot_of_a_buffer_inside_until_the_service_is_used_or_gone() {
    let stand = Stand::new(Config::new());
    let service = ServiceBuilder::new().layer(stand.layer()).buffer(1);
    let service = service.service(stand.fails(0));
    let mut kept = service.clone();
    stand.breaker.trip();
    assert!(kept.ready().await.unwrap().call(()).await.is_err());
    stand.breaker.reset();
    let other = start(service.clone().oneshot(())).await;
    assert!(!other.is_finished(), "the slot is still reserved");
    drop(kept);
    other.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn all_of_them_go_together() {
    let stand = Stand::new(Config::new().threshold(2));
    let service = ServiceBuilder::new()
        .buffer(8)
        .load_shed()
        .concurrency_limit(4)
        .timeout(10 * SECOND)
        .layer(stand.layer())
        .timeout(SECOND);
    let service = service.service(stand.hangs());
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
    assert_eq!(stand.breaker.state(), State::Open);
    assert_eq!(stand.counted(), [0, 2, 0, 0, 1]);
}
