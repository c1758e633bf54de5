//! Bodies that call themselves or use their own breaker. No lock is held while a body runs.

use std::cell::Cell;
use std::sync::Mutex;

use breaker_runtime::{CircuitBreaker, Registry, State, circuit_breaker};

use crate::expansion::{Error, breaker, ends, open};

#[test]
fn a_function_may_call_itself() {
    #[circuit_breaker(name = "reentry.recursion")]
    fn factorial(n: u64) -> Result<u64, Error> {
        if n == 0 {
            Ok(1)
        } else {
            Ok(n * factorial(n - 1)?)
        }
    }

    assert_eq!(factorial(5), Ok(120));
    assert_eq!(ends("reentry.recursion"), "6 success");
}

#[test]
fn functions_of_one_breaker_may_call_each_other() {
    #[circuit_breaker(name = "reentry.shared")]
    fn outer(n: u32) -> Result<u32, Error> {
        inner(n).map(|n| n + 1)
    }

    #[circuit_breaker(name = "reentry.shared")]
    fn inner(n: u32) -> Result<u32, Error> {
        if n == 0 {
            Err(Error::Declined(n))
        } else {
            Ok(n)
        }
    }

    assert_eq!(outer(1), Ok(2));
    assert_eq!(outer(0), Err(Error::Declined(0)));
    assert_eq!(ends("reentry.shared"), "2 success, 2 failure");
}

#[test]
fn the_body_may_read_and_control_its_own_breaker() {
    fn own() -> CircuitBreaker {
        Registry::global().get("reentry.own_breaker").unwrap()
    }

    #[circuit_breaker(name = "reentry.own_breaker")]
    fn call() -> Result<State, Error> {
        let state = own().state();
        own().trip();
        Ok(state)
    }

    assert_eq!(call(), Ok(State::Closed));
    assert_eq!(own().state(), State::Open);
    assert!(call().unwrap_err().is_rejection());
    own().reset();
    assert_eq!(call(), Ok(State::Closed));
}

#[test]
fn the_body_may_hold_a_mutex_of_the_caller() {
    static SLOT: Mutex<u32> = Mutex::new(0);

    #[circuit_breaker(name = "reentry.static_mutex")]
    fn call() -> Result<u32, Error> {
        let mut slot = SLOT.lock().map_err(|_| Error::Down)?;
        *slot += 1;
        Ok(*slot)
    }

    assert_eq!(call(), Ok(1));
    assert_eq!(call(), Ok(2));
}

#[test]
fn the_outer_call_sees_the_rejection_of_an_inner_one() {
    #[circuit_breaker(name = "reentry.inner_open")]
    fn inner() -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "reentry.outer_sees", ignore(Err(Error::Breaker(_))))]
    fn outer(calls: &Cell<u32>) -> Result<u32, Error> {
        calls.set(calls.get() + 1);
        inner()
    }

    open("reentry.inner_open");
    let calls = Cell::new(0);
    assert!(outer(&calls).unwrap_err().is_rejection());
    assert_eq!(calls.get(), 1);
    assert_eq!(ends("reentry.inner_open"), "1 rejected");
    assert_eq!(ends("reentry.outer_sees"), "1 ignored");
    assert_eq!(breaker("reentry.outer_sees").state(), State::Closed);
}
