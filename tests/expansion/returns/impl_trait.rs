//! `impl Trait` in the return type.

use std::fmt::{Debug, Display};

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, assert_send, ends, open, panic_of, pause, run};

#[test]
fn an_iterator_in_the_result() {
    #[circuit_breaker(name = "impl_trait.impl_iterator")]
    fn call(to: u32) -> Result<impl Iterator<Item = u32>, Error> {
        if to == 0 {
            return Err(Error::Down);
        }
        Ok(0..to)
    }

    assert_eq!(call(3).unwrap().sum::<u32>(), 3);
    assert!(call(0).is_err());
    open("impl_trait.impl_iterator");
    assert!(call(3).err().unwrap().is_rejection());
    assert_eq!(
        ends("impl_trait.impl_iterator"),
        "1 success, 1 failure, 1 rejected"
    );
}

#[test]
fn an_iterator_that_borrows_the_argument() {
    #[circuit_breaker(name = "impl_trait.impl_borrowing")]
    fn evens(
        values: &[u32],
    ) -> Result<impl Iterator<Item = &u32> + DoubleEndedIterator + '_, Error> {
        Ok(values.iter().filter(|value| **value % 2 == 0))
    }

    assert_eq!(evens(&[1, 2, 4]).unwrap().next_back(), Some(&4));
}

#[test]
fn an_iterator_with_a_precise_capture() {
    #[circuit_breaker(name = "impl_trait.impl_use")]
    fn squares<T: Into<u32>>(
        to: T,
        _label: &str,
    ) -> Result<impl Iterator<Item = u32> + use<T>, Error> {
        Ok((0..to.into()).map(|value| value * value))
    }

    let squares = {
        let label = String::from("gone");
        squares(4_u8, &label).unwrap()
    };
    assert_eq!(squares.collect::<Vec<_>>(), [0, 1, 4, 9]);
}

#[test]
fn impl_trait_inside_other_types() {
    #[circuit_breaker(name = "impl_trait.impl_nested")]
    #[expect(clippy::type_complexity, reason = "that is the case")]
    fn call(
        by: u32,
    ) -> Result<
        (
            Option<impl Display>,
            Vec<impl Debug + Clone>,
            Box<impl Fn(u32) -> u32>,
        ),
        Error,
    > {
        Ok((
            Some("text"),
            vec![1_u8, 2],
            Box::new(move |value: u32| value + by),
        ))
    }

    let (text, numbers, add) = call(2).unwrap();
    assert_eq!(text.unwrap().to_string(), "text");
    assert_eq!(format!("{:?}", numbers.clone()), "[1, 2]");
    assert_eq!(add(1), 3);
}

#[test]
fn impl_trait_inside_the_binding_of_a_trait_object() {
    #[circuit_breaker(name = "impl_trait.impl_in_dyn")]
    fn call() -> Result<Box<dyn Iterator<Item = impl Display>>, Error> {
        Ok(Box::new([1, 2].into_iter()))
    }

    assert_eq!(
        call()
            .unwrap()
            .map(|item| item.to_string())
            .collect::<String>(),
        "12"
    );
}

#[test]
fn impl_trait_inside_impl_trait() {
    #[circuit_breaker(name = "impl_trait.impl_in_impl")]
    fn call() -> Result<impl Iterator<Item = impl Display>, Error> {
        Ok(["a", "b"].into_iter())
    }

    assert_eq!(
        call()
            .unwrap()
            .map(|item| item.to_string())
            .collect::<String>(),
        "ab"
    );
}

#[test]
fn impl_trait_as_the_error() {
    #[circuit_breaker(name = "impl_trait.impl_error")]
    fn call(up: bool) -> Result<u32, impl std::error::Error + PartialEq<Error>> {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert!(matches!(call(true), Ok(1)));
    assert!(call(false).unwrap_err() == Error::Down);
    open("impl_trait.impl_error");
    assert!(call(true).is_err());
    assert_eq!(
        ends("impl_trait.impl_error"),
        "1 success, 1 failure, 1 rejected"
    );
}

#[test]
fn impl_trait_over_a_type_parameter() {
    #[circuit_breaker(name = "impl_trait.impl_generic")]
    fn call<T: Clone + Display>(value: T, times: usize) -> Result<impl Iterator<Item = T>, Error> {
        Ok(std::iter::repeat_n(value, times))
    }

    assert_eq!(call('x', 3).unwrap().collect::<String>(), "xxx");
}

#[test]
fn a_closure_in_impl_fn_still_infers_its_arguments() {
    #[circuit_breaker(name = "impl_trait.impl_fn_inferred")]
    fn call(by: u32) -> Result<impl Fn(u32) -> u32, Error> {
        Ok(move |value| value + by)
    }

    assert_eq!(call(2).unwrap()(1), 3);
}

#[test]
fn a_function_in_impl_fn_over_any_lifetime() {
    #[circuit_breaker(name = "impl_trait.impl_fn_higher_ranked")]
    fn call() -> Result<impl for<'a> Fn(&'a str) -> &'a str, Error> {
        Ok(str::trim)
    }

    assert_eq!(call().unwrap()(" x "), "x");
}

#[test]
fn an_async_function_with_impl_trait_in_its_result() {
    #[circuit_breaker(name = "impl_trait.async_impl")]
    async fn call(to: u32) -> Result<impl Iterator<Item = u32> + Clone, Error> {
        pause().await;
        if to == 0 {
            return Err(Error::Down);
        }
        Ok(0..to)
    }

    assert_eq!(run(call(3)).unwrap().count(), 3);
    assert!(run(call(0)).is_err());
    assert_eq!(ends("impl_trait.async_impl"), "1 success, 1 failure");
}

#[test]
fn an_async_function_with_a_closure_in_its_result() {
    #[circuit_breaker(name = "impl_trait.async_impl_fn")]
    async fn call(by: u32) -> Result<impl Fn(u32) -> u32, Error> {
        Ok(move |value: u32| value + by)
    }

    assert_eq!(run(call(2)).unwrap()(1), 3);
}

#[test]
fn impl_trait_in_argument_and_result() {
    #[circuit_breaker(name = "impl_trait.impl_both")]
    fn double(values: impl IntoIterator<Item = u32>) -> Result<impl Iterator<Item = u32>, Error> {
        Ok(values.into_iter().map(|value| value * 2))
    }

    assert_eq!(double([1, 2]).unwrap().sum::<u32>(), 6);
}

#[test]
fn impl_trait_in_the_method_of_a_trait() {
    trait Source {
        fn items(&self) -> Result<impl Iterator<Item = u32>, Error>;
    }

    struct Two;

    impl Source for Two {
        #[circuit_breaker(name = "impl_trait.rpitit")]
        fn items(&self) -> Result<impl Iterator<Item = u32>, Error> {
            Ok([1, 2].into_iter())
        }
    }

    assert_eq!(Two.items().unwrap().sum::<u32>(), 3);
    assert_eq!(ends("impl_trait.rpitit"), "1 success");
}

#[test]
fn a_bare_impl_trait_with_a_classifier() {
    #[circuit_breaker(
        name = "impl_trait.impl_alone",
        classify = |_| breaker_runtime::Outcome::Success,
        fallback = |_| vec![].into_iter()
    )]
    fn call(to: u32) -> impl Iterator<Item = u32> {
        (0..to).collect::<Vec<_>>().into_iter()
    }

    assert_eq!(call(3).count(), 3);
    open("impl_trait.impl_alone");
    assert_eq!(call(3).count(), 0);
    assert_eq!(
        ends("impl_trait.impl_alone"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

#[test]
fn a_bare_impl_trait_with_patterns_and_a_fallback_that_never_returns() {
    #[circuit_breaker(name = "impl_trait.diverging_success", success(_), fallback = |_| todo!())]
    fn numbers() -> impl Iterator<Item = u8> {
        vec![1_u8].into_iter()
    }

    #[circuit_breaker(
        name = "impl_trait.diverging_failure",
        failure(it if it.clone() == 1),
        fallback = |_| panic!("rejected"),
    )]
    async fn number() -> impl Copy + PartialEq<u8> {
        pause().await;
        1_u8
    }

    #[circuit_breaker(
        name = "impl_trait.diverging_classify",
        classify = |it| match it.clone().next() {
            Some(_) => breaker_runtime::Outcome::Success,
            None => breaker_runtime::Outcome::Failure,
        },
        fallback = |_| unreachable!(),
    )]
    fn counted() -> impl Iterator<Item = u8> + Clone {
        vec![1_u8].into_iter()
    }

    assert_eq!(numbers().count(), 1);
    assert!(run(assert_send(number())) == 1);
    assert_eq!(counted().count(), 1);
    assert_eq!(ends("impl_trait.diverging_success"), "1 success");
    assert_eq!(ends("impl_trait.diverging_failure"), "1 failure");
    assert_eq!(ends("impl_trait.diverging_classify"), "1 success");
    open("impl_trait.diverging_success");
    assert_eq!(panic_of(|| numbers().count()), "not yet implemented");
    assert_eq!(
        ends("impl_trait.diverging_success"),
        "1 success, 1 rejected, 1 fallback failure"
    );
}
