//! The attribute adds no bounds to types, except `Clone` for the arguments that a fallback after an error needs.

use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Display};
use std::rc::Rc;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, breaker, open, pause, run};

#[test]
fn arguments_need_not_be_unwind_safe() {
    #[circuit_breaker(name = "bounds.unwind")]
    fn call(
        cell: &Cell<u32>,
        shared: Rc<RefCell<u32>>,
        slot: &mut u32,
        any: &dyn Display,
    ) -> Result<u32, Error> {
        cell.set(cell.get() + 1);
        *shared.borrow_mut() += 1;
        *slot += 1;
        Ok(any.to_string().len() as u32)
    }

    let cell = Cell::new(0);
    let mut slot = 0;
    assert_eq!(call(&cell, Rc::default(), &mut slot, &"abc"), Ok(3));
    assert_eq!((cell.get(), slot), (1, 1));
}

#[test]
fn type_parameters_need_no_bounds() {
    struct Nothing;

    #[circuit_breaker(name = "bounds.no_bounds")]
    fn call<T, U>(value: T, other: U) -> Result<(T, U), Error> {
        Ok((value, other))
    }

    let local = 5;
    let Ok((Nothing, reference)) = call(Nothing, &local) else {
        panic!("the call passes");
    };
    assert_eq!(*reference, 5);
}

#[test]
fn unsized_type_parameters_stay_unsized() {
    #[circuit_breaker(name = "bounds.unsized")]
    fn call<T: ?Sized + AsRef<str>>(
        text: &T,
        values: &mut [u32],
        shown: &(dyn Debug + Send),
    ) -> Result<String, Error> {
        values.reverse();
        Ok(format!("{}{shown:?}", text.as_ref()))
    }

    let mut values = [1, 2];
    assert_eq!(call::<str>("a", &mut values, &1), Ok("a1".into()));
    assert_eq!(values, [2, 1]);
}

#[test]
fn an_argument_that_is_not_clone_moves_into_the_fallback() {
    struct Ticket(u32);

    #[circuit_breaker(name = "bounds.not_clone", fallback = later)]
    fn call(ticket: Ticket) -> Result<Ticket, Error> {
        Ok(ticket)
    }

    fn later(mut ticket: Ticket) -> Result<Ticket, Error> {
        ticket.0 += 100;
        Ok(ticket)
    }

    assert_eq!(call(Ticket(1)).ok().unwrap().0, 1);
    open("bounds.not_clone");
    assert_eq!(call(Ticket(1)).ok().unwrap().0, 101);
}

#[test]
fn an_error_needs_only_from() {
    struct Bare(bool);

    impl From<breaker_runtime::BreakerError> for Bare {
        fn from(_: breaker_runtime::BreakerError) -> Self {
            Bare(true)
        }
    }

    #[circuit_breaker(name = "bounds.bare_error")]
    fn call() -> Result<Rc<u32>, Bare> {
        Err(Bare(false))
    }

    assert!(!call().unwrap_err().0);
    open("bounds.bare_error");
    assert!(call().unwrap_err().0);
}

#[test]
fn async_arguments_need_no_bounds() {
    struct Ticket(Rc<Cell<u32>>);

    #[circuit_breaker(name = "bounds.async_no_bounds", fallback = later)]
    async fn call<T>(
        value: T,
        ticket: Ticket,
        log: &RefCell<Vec<u32>>,
    ) -> Result<(T, Ticket), Error> {
        pause().await;
        log.borrow_mut().push(ticket.0.get());
        pause().await;
        Ok((value, ticket))
    }

    async fn later<T>(
        value: T,
        ticket: Ticket,
        _: &RefCell<Vec<u32>>,
    ) -> Result<(T, Ticket), Error> {
        ticket.0.set(0);
        Ok((value, ticket))
    }

    let log = RefCell::default();
    let (value, ticket) = run(call(&log, Ticket(Rc::new(Cell::new(3))), &log)).unwrap();
    assert_eq!(*value.borrow(), [3]);
    open("bounds.async_no_bounds");
    let (_, ticket) = run(call((), ticket, &log)).unwrap();
    assert_eq!(ticket.0.get(), 0);
}

#[test]
fn only_arguments_by_value_have_to_be_clone() {
    struct NotClone(u32);

    #[circuit_breaker(name = "bounds.clone_by_value", fallback = later, fallback_on = any)]
    fn call(
        by_reference: &NotClone,
        by_mut: &mut NotClone,
        by_value: String,
    ) -> Result<u32, Error> {
        by_mut.0 += 1;
        drop(by_value);
        Err(Error::Declined(by_reference.0))
    }

    fn later(
        by_reference: &NotClone,
        by_mut: &mut NotClone,
        by_value: String,
    ) -> Result<u32, Error> {
        by_mut.0 += 10;
        Ok(by_reference.0 + by_value.len() as u32)
    }

    let mut slot = NotClone(0);
    assert_eq!(call(&NotClone(5), &mut slot, "ab".into()), Ok(7));
    assert_eq!(slot.0, 11);
    breaker("bounds.clone_by_value").reset();
}
