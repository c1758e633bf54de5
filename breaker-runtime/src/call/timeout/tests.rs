use std::future::{Future, pending, ready};
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::call::CallOptions;
use crate::config::Config;
use crate::registry::Registry;
use crate::sync::{Arc, Mutex, lock};
use crate::values::{BreakerError, CallError};

const LIMIT: Duration = Duration::from_secs(2);

type Answer = Result<u32, CallError<io::Error>>;

/// A timer that a test moves by hand.
#[derive(Clone, Debug, Default)]
struct Hand {
    set: Arc<Mutex<Vec<Duration>>>,
    is_over: Arc<AtomicBool>,
}

impl Hand {
    fn registry(&self) -> Registry {
        Registry::new().with_timer(self.timer())
    }

    fn timer(&self) -> impl Fn(Duration) -> Hanging + Send + Sync + 'static {
        let hand = self.clone();
        move |limit| {
            lock(&hand.set).push(limit);
            Hanging(Arc::clone(&hand.is_over))
        }
    }
}

struct Hanging(Arc<AtomicBool>);

impl Future for Hanging {
    type Output = ();

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0.load(Ordering::Relaxed) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

fn breaker(registry: &Registry) -> CircuitBreaker {
    let made = registry.get_or_create("payment", Config::new());
    made.expect("the defaults are valid")
}

fn limited<'a>(
    breaker: &'a CircuitBreaker,
    call: impl Future<Output = Result<u32, io::Error>> + Send + Sync + 'a,
) -> impl Future<Output = Answer> + Send + Sync + 'a {
    breaker.call_with_async(CallOptions::new().call_timeout(LIMIT), call)
}

fn once(future: std::pin::Pin<&mut impl Future<Output = Answer>>) -> Poll<Answer> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn the_timer_of_the_registry_ends_a_call() {
    let hand = Hand::default();
    let payment = breaker(&hand.registry());
    let mut call = pin!(limited(&payment, pending()));
    for _ in 0..2 {
        assert!(once(call.as_mut()).is_pending());
    }
    assert_eq!(*lock(&hand.set), [LIMIT]);
    hand.is_over.store(true, Ordering::Relaxed);
    let Poll::Ready(Err(CallError::Breaker(BreakerError::TimedOut(late)))) = once(call.as_mut())
    else {
        panic!("it goes on");
    };
    assert_eq!(late.limit(), LIMIT);
    let kinds = payment.snapshot().totals.failures_by_kind;
    assert_eq!(kinds.timed_out, 1);
}

#[test]
fn a_call_that_is_ready_at_once_sets_no_timer() {
    let hand = Hand::default();
    let payment = breaker(&hand.registry());
    let mut call = pin!(limited(&payment, ready(Ok(1))));
    assert!(matches!(once(call.as_mut()), Poll::Ready(Ok(1))));
    assert!(lock(&hand.set).is_empty());
}

#[test]
fn a_new_timer_is_for_calls_that_are_not_pending_yet() {
    let (first, second) = (Hand::default(), Hand::default());
    let registry = first.registry();
    let payment = breaker(&registry);
    let mut before = pin!(limited(&payment, pending()));
    assert!(once(before.as_mut()).is_pending());
    registry.set_timer(second.timer());
    second.is_over.store(true, Ordering::Relaxed);
    assert!(once(before.as_mut()).is_pending());
    let mut after = pin!(limited(&payment, pending()));
    assert!(once(after.as_mut()).is_ready());
}

#[test]
#[cfg(not(miri))] // it waits for the system
fn the_timer_of_smol_ends_a_call() {
    let registry = Registry::new().with_timer(async_io::Timer::after);
    let payment = breaker(&registry);
    let options = CallOptions::new().call_timeout(Duration::from_millis(5));
    let call = payment.call_with_async(options, pending::<Result<u32, io::Error>>());
    let answer = async_io::block_on(call);
    assert!(matches!(
        answer,
        Err(CallError::Breaker(BreakerError::TimedOut(_)))
    ));
}
