mod against_the_model;
mod clocks;

use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::config::{Config, Layered, Merged};

use crate::registry::Registry;
use crate::sync::Arc;
use crate::time::Time;
use crate::values::BreakerName;
use crate::values::State;

const SECOND: Duration = Duration::from_secs(1);

fn breaker() -> CircuitBreaker {
    let registry = Registry::new();
    registry
        .get_or_create("payment", Config::new())
        .expect("the defaults are valid")
}

#[test]
fn a_closed_call_takes_no_lock() {
    let breaker = breaker();
    let held = breaker.shared().lock();
    // This thread holds the lock, so a call that took it would deadlock.
    let answer = breaker.call(|| Ok::<_, ()>(7));
    breaker.try_acquire().expect("it is closed").ignore();
    drop(breaker.try_acquire());
    assert_eq!(breaker.state(), State::Closed);
    drop(held);
    assert_eq!(answer, Ok(7));
    assert_eq!(breaker.snapshot().totals.calls, 3);
}

#[test]
fn a_rejection_of_an_open_circuit_takes_no_lock() {
    let breaker = breaker();
    breaker.trip();
    let held = breaker.shared().lock();
    let rejected = breaker.try_acquire().is_err();
    assert_eq!(breaker.state(), State::Open);
    drop(held);
    assert!(rejected);
    assert_eq!(breaker.snapshot().totals.rejected, 1);
}

/// Makes a breaker as an annotated function has it.
fn declared(time: Time) -> CircuitBreaker {
    CircuitBreaker::new(
        BreakerName::Declared(&"payment"),
        Merged::new("payment"),
        Layered::default(),
        time,
        Arc::default(),
        None,
    )
}

#[test]
fn an_open_circuit_of_an_annotated_function_rejects_by_the_coarse_clock_without_the_lock() {
    let breaker = declared(Time::System);
    breaker.trip();
    assert!(breaker.shared().gate.word().rejects_coarsely());
    let held = breaker.shared().lock();
    let rejections = [(); 2].map(|()| breaker.try_acquire().expect_err("it is open"));
    drop(held);
    for rejection in rejections {
        assert_eq!(
            (rejection.name(), rejection.state()),
            ("payment", State::Open)
        );
        let rest = rejection.retry_after();
        assert!(rest.is_some_and(|rest| rest <= SECOND * 30));
    }
    assert_eq!(breaker.snapshot().totals.rejections.open, 2);
}

#[test]
fn a_stale_outcome_takes_no_lock() {
    let breaker = breaker();
    let permit = breaker.try_acquire().expect("it is closed");
    breaker.trip();
    let held = breaker.shared().lock();
    permit.failure();
    drop(held);
    assert_eq!(breaker.snapshot().totals.stale, 1);
}
