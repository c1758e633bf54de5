//! Values that leave the body: borrows of arguments, and what consumes them.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, ends};

#[test]
fn the_body_may_consume_its_arguments() {
    #[circuit_breaker(name = "borrows.consumes")]
    fn call(text: String, values: Vec<u32>) -> Result<(String, usize), Error> {
        let length = values.into_iter().count();
        Ok((text, length))
    }

    assert_eq!(call("a".into(), vec![1, 2]), Ok(("a".into(), 2)));
}

#[test]
fn a_borrow_may_leave_the_body() {
    #[circuit_breaker(name = "borrows.borrow_leaves")]
    fn first(values: &mut Vec<u32>) -> Result<&mut u32, Error> {
        values.push(1);
        values.first_mut().ok_or(Error::Down)
    }

    let mut values = vec![];
    *first(&mut values).unwrap() = 8;
    assert_eq!(values, [8]);
    assert_eq!(ends("borrows.borrow_leaves"), "1 success");
}

#[test]
fn a_borrow_of_a_field_of_a_mutable_argument_may_leave_the_body() {
    struct Pair {
        left: String,
        right: String,
    }

    #[circuit_breaker(name = "borrows.field_borrow_leaves")]
    fn longer(pair: &mut Pair) -> Result<&mut String, Error> {
        if pair.left.len() >= pair.right.len() {
            return Ok(&mut pair.left);
        }
        Ok(&mut pair.right)
    }

    let mut pair = Pair {
        left: "a".into(),
        right: "bcd".into(),
    };
    longer(&mut pair).unwrap().push('!');
    assert_eq!(pair.right, "bcd!");
    assert_eq!(pair.left, "a");
}

#[test]
fn an_iterator_over_a_mutable_argument_may_leave_the_body() {
    #[circuit_breaker(name = "borrows.iter_mut_leaves")]
    fn cells(values: &mut [u32]) -> Result<std::slice::IterMut<'_, u32>, Error> {
        Ok(values.iter_mut())
    }

    let mut values = [1, 2];
    for value in cells(&mut values).unwrap() {
        *value *= 10;
    }
    assert_eq!(values, [10, 20]);
}

#[test]
fn a_closure_argument_may_be_called_once() {
    #[circuit_breaker(name = "borrows.once")]
    fn call<F>(make: F) -> Result<String, Error>
    where
        F: FnOnce() -> String,
    {
        Ok(make())
    }

    let text = String::from("moved");
    assert_eq!(call(move || text), Ok("moved".into()));
}

#[test]
fn the_body_may_return_a_closure_over_its_arguments() {
    #[circuit_breaker(name = "borrows.returns_closure")]
    fn adder(by: u32) -> Result<Box<dyn Fn(u32) -> u32>, Error> {
        Ok(Box::new(move |value| value + by))
    }

    assert_eq!(adder(2).unwrap()(3), 5);
}

#[test]
fn a_reference_through_a_box_argument_may_be_leaked() {
    #[circuit_breaker(name = "borrows.leaks")]
    fn leak(value: Box<[u32]>) -> Result<&'static mut [u32], Error> {
        Ok(Box::leak(value))
    }

    let slice = leak(Box::new([1, 2, 3])).unwrap();
    slice[0] = 9;
    assert_eq!(slice, [9, 2, 3]);
}

#[test]
fn an_uninitialized_local_is_assigned_once() {
    #[circuit_breaker(name = "borrows.late_init")]
    fn call(up: bool) -> Result<u32, Error> {
        let value;
        if up {
            value = 1;
        } else {
            return Err(Error::Down);
        }
        Ok(value)
    }

    assert_eq!(call(true), Ok(1));
    assert_eq!(call(false), Err(Error::Down));
}
