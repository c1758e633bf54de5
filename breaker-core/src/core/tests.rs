mod against_the_model;
mod clocks;

use crate::breaker::CircuitBreaker;
use crate::config::Config;
use crate::registry::Registry;
use crate::state::State;

fn breaker() -> CircuitBreaker {
    let registry = Registry::new();
    registry
        .get_or_create("payment", Config::new())
        .expect("the defaults are right")
}

#[test]
fn a_closed_call_takes_no_lock() {
    let breaker = breaker();
    let held = breaker.core().lock();
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
    let held = breaker.core().lock();
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
    let held = breaker.core().lock();
    permit.failure();
    drop(held);
    assert_eq!(breaker.snapshot().totals.stale, 1);
}
