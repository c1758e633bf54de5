use crate::breaker::CircuitBreaker;
use crate::config::Config;
use crate::registry::Registry;
use crate::state::State;
use crate::sync::lock;

fn breaker() -> CircuitBreaker {
    let registry = Registry::new();
    registry
        .get_or_create("payment", Config::new())
        .expect("the defaults are right")
}

#[test]
fn a_closed_call_takes_no_lock() {
    let breaker = breaker();
    let held = lock(&breaker.core().locked);
    // With the lock held by this very thread, whoever asked for it would wait for ever.
    let answer = breaker.call(|| Ok::<_, ()>(7));
    breaker.try_acquire().expect("it is closed").ignore();
    drop(breaker.try_acquire());
    assert_eq!(breaker.state(), State::Closed);
    drop(held);
    assert_eq!(answer, Ok(7));
    assert_eq!(breaker.snapshot().totals.calls, 3);
}

#[test]
fn a_refusal_of_an_open_circuit_takes_no_lock() {
    let breaker = breaker();
    breaker.trip();
    let held = lock(&breaker.core().locked);
    let refused = breaker.try_acquire().is_err();
    assert_eq!(breaker.state(), State::Open);
    drop(held);
    assert!(refused);
    assert_eq!(breaker.snapshot().totals.rejected, 1);
}

#[test]
fn a_stale_outcome_takes_no_lock() {
    let breaker = breaker();
    let permit = breaker.try_acquire().expect("it is closed");
    breaker.trip();
    let held = lock(&breaker.core().locked);
    permit.failure();
    drop(held);
    assert_eq!(breaker.snapshot().totals.stale, 1);
}
