mod against_the_model;
mod clocks;

use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::config::{Config, Layered, Merged};
use crate::core::Core;
use crate::name::Name;
use crate::registry::Registry;
use crate::state::State;
use crate::sync::Arc;
use crate::time::Time;

const SECOND: Duration = Duration::from_secs(1);

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

/// As an annotated function has it.
fn declared(time: Time) -> CircuitBreaker {
    let core = Core::new(
        Name::Declared(&"payment"),
        Merged::new("payment"),
        Layered::default(),
        time,
        Arc::default(),
    );
    CircuitBreaker::new(core)
}

#[test]
fn an_open_circuit_of_an_annotated_function_refuses_quickly_and_without_the_lock() {
    let breaker = declared(Time::System);
    breaker.trip();
    assert!(breaker.core().gate.word().refuses_quickly());
    let held = breaker.core().lock();
    let refused = [(); 2].map(|()| breaker.try_acquire().expect_err("it is open"));
    drop(held);
    for refused in refused {
        assert_eq!((refused.name(), refused.state()), ("payment", State::Open));
        assert!(
            refused
                .retry_after()
                .is_some_and(|rest| rest <= SECOND * 30)
        );
    }
    assert_eq!(breaker.snapshot().totals.rejections.open, 2);
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
