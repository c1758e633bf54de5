#![allow(
    clippy::large_types_passed_by_value,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::time::{Instant, advance, timeout};

#[cfg(feature = "fleet")]
use crate::breaker::FleetForced;
use crate::test_util::TokioClock;
#[cfg(feature = "fleet")]
use crate::values::Attribution;
use crate::{CallError, CircuitBreaker, Config, Overrides, Registry, RejectionReason, State};

const OPEN_FOR: Duration = Duration::from_secs(30);
/// What tokio's timers and the clock may differ by.
const TICK: Duration = Duration::from_millis(2);

fn breaker(config: Config) -> (Registry, CircuitBreaker) {
    let registry = Registry::with_clock(TokioClock::new());
    let breaker = registry.get_or_create("payment", config).unwrap();
    (registry, breaker)
}

/// A breaker that admits one probe at a time and is half open.
async fn half_open(config: Config) -> (Registry, CircuitBreaker) {
    let (registry, breaker) = breaker(config.half_open_calls(1).success_threshold(3));
    breaker.trip();
    advance(OPEN_FOR).await;
    assert_eq!(breaker.state(), State::HalfOpen);
    (registry, breaker)
}

/// Returns how long a future takes.
async fn time_of(future: impl Future) -> Duration {
    let began = Instant::now();
    future.await;
    began.elapsed()
}

async fn is_ready_at_once(breaker: &CircuitBreaker) -> bool {
    time_of(breaker.ready()).await == Duration::ZERO
}

async fn waits_for(breaker: &CircuitBreaker, expected: Duration) {
    let waited = time_of(breaker.ready()).await;
    assert!(
        waited >= expected && waited < expected + TICK,
        "{waited:?} instead of {expected:?}"
    );
}

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicU32);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A future, and how often it was woken.
struct Watched<F> {
    future: Pin<Box<F>>,
    woken: Arc<Woken>,
}

impl<F: Future> Watched<F> {
    fn new(future: F) -> Self {
        let woken = Arc::default();
        let future = Box::pin(future);
        let mut watched = Self { future, woken };
        assert!(watched.is_pending());
        watched
    }

    fn is_pending(&mut self) -> bool {
        let waker = Waker::from(Arc::clone(&self.woken));
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&waker));
        matches!(polled, Poll::Pending)
    }

    fn woken(&self) -> u32 {
        self.woken.0.load(Ordering::SeqCst)
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_while_calls_are_admitted() {
    let (_registry, payment) = breaker(Config::new());
    assert!(is_ready_at_once(&payment).await, "closed");
    payment.trip();
    payment.force_closed("the breaker is wrong", None);
    assert!(is_ready_at_once(&payment).await, "forced closed");
    payment.clear_override();
    advance(OPEN_FOR).await;
    assert!(is_ready_at_once(&payment).await, "half open");
    assert_eq!(payment.snapshot().totals.calls, 0, "nothing was admitted");
    assert_eq!(payment.snapshot().totals.rejected, 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_needs_a_timer_while_calls_are_admitted() {
    let payment = Registry::new()
        .get_or_create("payment", Config::new())
        .unwrap();
    let without_runtime = std::thread::spawn(move || {
        let mut context = Context::from_waker(Waker::noop());
        pin!(payment.ready()).poll(&mut context).is_ready()
    });
    assert!(without_runtime.join().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_is_woken_once_when_the_open_period_has_passed() {
    let (_registry, payment) = breaker(Config::new().jitter(0.0).open_for(OPEN_FOR));
    payment.trip();
    let mut ready = Watched::new(payment.ready());
    advance(OPEN_FOR - TICK).await;
    assert_eq!(ready.woken(), 0);
    advance(TICK + TICK).await;
    assert_eq!(ready.woken(), 1);
    assert!(!ready.is_pending());
    assert_eq!(payment.state(), State::HalfOpen);
}

#[tokio::test(start_paused = true)]
async fn a_period_that_is_longer_than_the_last_is_waited_for() {
    let (_registry, payment) = breaker(Config::new().jitter(0.0).backoff(2.0));
    payment.trip();
    waits_for(&payment, OPEN_FOR).await;
    payment.try_acquire().unwrap().failure();
    waits_for(&payment, OPEN_FOR * 2).await;
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_noticed_at_once() {
    let (_registry, payment) = breaker(Config::new());
    payment.trip();
    let mut ready = Watched::new(payment.ready());
    payment.reset();
    assert_eq!(ready.woken(), 1);
    assert!(!ready.is_pending());
}

#[tokio::test(start_paused = true)]
async fn an_override_is_waited_for_until_it_is_cleared_or_ends() {
    let (_registry, payment) = breaker(Config::new());
    payment.force_open("maintenance", None);
    let mut ready = Watched::new(payment.ready());
    advance(OPEN_FOR * 1000).await;
    assert_eq!(ready.woken(), 0);
    payment.clear_override();
    assert_eq!(ready.woken(), 1);
    assert!(!ready.is_pending());

    payment.force_open("maintenance", Some(OPEN_FOR));
    waits_for(&payment, OPEN_FOR).await;
    payment.try_acquire().unwrap().success();
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_a_key_hears_of_the_override_of_its_name() {
    let registry = Registry::with_clock(TokioClock::new());
    let host = registry
        .get_or_create_keyed("fetch", "host", Config::new())
        .unwrap();
    let name = registry.get("fetch").unwrap();
    name.force_open("maintenance", None);
    let mut ready = Watched::new(host.ready());
    name.clear_override();
    assert_eq!(ready.woken(), 1);
    assert!(!ready.is_pending());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_is_woken_when_a_probe_returns_its_permit() {
    let (_registry, payment) = half_open(Config::new()).await;
    let probe = payment.try_acquire().unwrap();
    let mut ready = Watched::new(payment.ready());
    probe.ignore();
    assert_eq!(payment.state(), State::HalfOpen);
    assert_eq!(ready.woken(), 1);
    assert!(!ready.is_pending());
}

#[tokio::test(start_paused = true)]
async fn the_permit_of_a_silent_probe_is_waited_for() {
    let limit = Duration::from_secs(7);
    let config = Config::new().probe_timeout(limit).probe_failures(2);
    let (_registry, payment) = half_open(config).await;
    let _silent = payment.try_acquire().unwrap();
    waits_for(&payment, limit).await;
    assert_eq!(payment.state(), State::HalfOpen);
    payment.try_acquire().unwrap().success();
}

#[tokio::test(start_paused = true)]
async fn of_many_tasks_one_gets_the_permit_and_the_others_wait_again() {
    let (_registry, payment) = half_open(Config::new().success_threshold(1)).await;
    let work = || {
        let payment = payment.clone();
        async move {
            loop {
                payment.ready().await;
                let answer = payment.call_async(async {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok::<_, ()>(())
                });
                match answer.await {
                    Ok(()) => return,
                    Err(CallError::Breaker(error)) => {
                        let reason = error.rejection().unwrap().reason();
                        assert_eq!(reason, RejectionReason::HalfOpenFull);
                    }
                    Err(CallError::Inner(())) => unreachable!("no call fails"),
                }
            }
        }
    };
    let tasks: Vec<_> = (0..20).map(|_| tokio::spawn(work())).collect();
    for task in tasks {
        timeout(Duration::from_secs(60), task)
            .await
            .unwrap()
            .unwrap();
    }
    let totals = payment.snapshot().totals;
    assert_eq!(totals.successes, 20);
    // Each of the three probes wakes all who wait, and one of them gets the permit.
    assert!(totals.rejected <= 3 * 19, "{totals:?}");
}

#[tokio::test(start_paused = true)]
async fn a_nested_call_of_a_probe_does_not_wait_for_its_own_permit() {
    let (_registry, payment) = half_open(Config::new()).await;
    let inner = payment.clone();
    let probe = payment.call_async(async {
        inner.ready().await;
        inner.call(|| Ok::<_, ()>(7)).map_err(|_| ())
    });
    assert_eq!(timeout(OPEN_FOR, probe).await.unwrap().ok(), Some(7));
}

#[tokio::test(start_paused = true)]
async fn during_a_ramp_it_is_ready_when_the_next_call_is_admitted() {
    let (_registry, payment) = half_open(Config::new().ramp(Duration::from_secs(20))).await;
    for _ in 0..3 {
        payment.try_acquire().unwrap().success();
    }
    assert_eq!(payment.state(), State::Closed);
    let mut waits = Vec::new();
    let recovered = Instant::now();
    while recovered.elapsed() < Duration::from_secs(20) {
        waits.push(time_of(payment.ready()).await);
        payment.try_acquire().expect("it was ready").success();
    }
    assert!(waits.iter().all(|it| *it <= Duration::from_secs(1) + TICK));
    assert_eq!(waits[0], Duration::ZERO);
    assert!(waits.len() >= 20, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_became_slow_is_noticed_first() {
    let limit = Duration::from_secs(2);
    let config = Config::new().threshold(1).slow_call(limit).jitter(0.0);
    let (_registry, payment) = breaker(config);
    let _hanging = payment.try_acquire().unwrap();
    advance(limit).await;
    waits_for(&payment, OPEN_FOR).await;
}

#[cfg(feature = "fleet")]
#[tokio::test(start_paused = true)]
async fn a_task_that_waits_hears_of_a_fleet_that_closes_or_is_gone() {
    let (_registry, payment) = breaker(Config::new().shared(true).open_for(OPEN_FOR));
    payment.fleet_opens(OPEN_FOR, 1, Duration::from_secs(15));
    let mut ready = Watched::new(payment.ready());
    payment.fleet_closes(Duration::from_millis(500));
    assert!(
        ready.is_pending(),
        "the instant is up to half a second away"
    );
    advance(Duration::from_secs(1)).await;
    assert!(!ready.is_pending());
    assert_eq!(payment.state(), State::Closed);

    payment.fleet_opens(OPEN_FOR, 1, Duration::from_secs(15));
    advance(OPEN_FOR).await;
    let mut ready = Watched::new(payment.ready());
    payment.fleet_is_gone();
    assert_ne!(ready.woken(), 0);
    advance(Duration::from_secs(3)).await;
    assert!(!ready.is_pending());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_stops_waiting_leaves_nothing_behind() {
    let (_registry, payment) = breaker(Config::new());
    payment.trip();
    let ready = Watched::new(payment.ready());
    let woken = Arc::clone(&ready.woken);
    drop(ready);
    assert_eq!(Arc::strong_count(&woken), 1);
    payment.reset();
    assert_eq!(woken.0.load(Ordering::SeqCst), 0);
}

#[cfg(feature = "fleet")]
#[tokio::test(start_paused = true)]
async fn an_end_that_the_fleet_gives_its_override_later_is_heard() {
    let forced = |ttl| {
        Some(FleetForced {
            open: true,
            by: Attribution::because("bank maintenance"),
            since: std::time::SystemTime::UNIX_EPOCH,
            ttl,
        })
    };
    let (_registry, payment) = breaker(Config::new().shared(true));
    payment.fleet_force(forced(None));
    let waiting = Watched::new(payment.ready());
    payment.fleet_force(forced(Some(OPEN_FOR)));
    assert_eq!(waiting.woken(), 1);
    waits_for(&payment, OPEN_FOR).await;
}

#[tokio::test(start_paused = true)]
async fn r31_a_higher_limit_is_heard() {
    let (registry, payment) = breaker(Config::new().max_in_flight(1));
    let _call = payment.try_acquire().unwrap();
    let mut waiting = Watched::new(payment.ready());
    let patch = Overrides {
        max_in_flight: Some(2),
        ..Overrides::default()
    };
    registry.configure("payment", patch).unwrap();
    assert_eq!(waiting.woken(), 1);
    assert!(!waiting.is_pending());
}
