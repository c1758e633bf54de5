//! A closed circuit admits a call without an allocation, and an open one rejects it without one.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use breaker_runtime::{BreakerError, Config, Registry, Window, circuit_breaker};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is forwarded to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller upholds the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds the contract of this function.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(call: impl Fn()) -> usize {
    call();
    let before = ALLOCATIONS.get();
    for _ in 0..1_000 {
        call();
    }
    ALLOCATIONS.get() - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(
        allocations(|| drop(std::hint::black_box(Box::new(1)))),
        1_000
    );
}

#[circuit_breaker(name = "allocations.sync")]
fn sync(value: u32) -> Result<u32, BreakerError> {
    Ok(value)
}

#[circuit_breaker(name = "allocations.async")]
async fn future(value: u32) -> Result<u32, BreakerError> {
    std::future::ready(()).await;
    Ok(value)
}

#[circuit_breaker(name = "allocations.keyed", key = host)]
fn keyed(host: &str) -> Result<usize, BreakerError> {
    Ok(host.len())
}

#[circuit_breaker(name = "allocations.open")]
fn rejected(value: u32) -> Result<u32, BreakerError> {
    Ok(value)
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it never waits"),
    }
}

#[test]
fn a_closed_call_allocates_nothing() {
    // The first call makes the breaker of the key, and the second one caches it for this thread.
    assert_eq!(keyed("db"), Ok(2));
    assert_eq!(allocations(|| assert_eq!(sync(7), Ok(7))), 0);
    assert_eq!(allocations(|| assert_eq!(ready(future(7)), Ok(7))), 0);
    assert_eq!(allocations(|| assert_eq!(keyed("db"), Ok(2))), 0);
}

#[test]
fn a_rejected_call_allocates_nothing() {
    Registry::global()
        .get("allocations.open")
        .expect("declared above")
        .trip();
    assert_eq!(allocations(|| assert!(rejected(7).is_err())), 0);
}

#[test]
fn a_failure_of_a_closed_circuit_allocates_nothing() {
    let config = Config::new().threshold(u32::MAX);
    let breaker = Registry::new()
        .get_or_create("payment", config)
        .expect("in range");
    let fail = || assert!(breaker.call(|| Err::<(), _>(())).is_err());
    assert_eq!(allocations(fail), 0);
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("down")]
    Down,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(name = "allocations.cause", threshold = u32::MAX, cause)]
fn with_cause(up: bool) -> Result<(), Error> {
    if up { Ok(()) } else { Err(Error::Down) }
}

#[test]
fn a_failure_that_opens_no_circuit_is_asked_for_no_cause_and_allocates_nothing() {
    assert_eq!(allocations(|| assert_eq!(with_cause(true), Ok(()))), 0);
    let fail = || assert_eq!(with_cause(false), Err(Error::Down));
    assert_eq!(allocations(fail), 0);
}

#[test]
fn windows_and_lists_of_calls_in_flight_do_not_grow_with_the_number_of_calls() {
    let slow = Duration::from_secs(60);
    let configs = [
        Config::new().window(Window::Calls(100)).failure_rate(1.0),
        Config::new().window(Window::Time(slow)).failure_rate(1.0),
        Config::new().slow_call(slow),
        Config::new()
            .window(Window::Calls(1_000))
            .slow_call(slow)
            .slow_rate(1.0),
    ];
    for config in configs {
        let breaker = Registry::new()
            .get_or_create("payment", config)
            .expect("in range");
        let call = || {
            let (one, other) = (breaker.try_acquire(), breaker.try_acquire());
            one.expect("it is closed").success();
            other.expect("it is closed").success();
        };
        for _ in 0..1_000 {
            call();
        }
        assert_eq!(allocations(call), 0, "{config:?}");
    }
}
