//! The return type: traps 4 and 6.

use std::convert::Infallible;
use std::fmt::{self, Debug, Display};
use std::io::{self, Read};

use breaker_runtime::{BreakerError, circuit_breaker};

use super::{Error, ends, open, pause, run};

// Trap 4: `impl Trait` in the return type.

/// Trap 4
#[test]
fn an_iterator_in_the_result() {
    #[circuit_breaker(name = "results.impl_iterator")]
    fn call(to: u32) -> Result<impl Iterator<Item = u32>, Error> {
        if to == 0 {
            return Err(Error::Down);
        }
        Ok(0..to)
    }

    assert_eq!(call(3).unwrap().sum::<u32>(), 3);
    assert!(call(0).is_err());
    open("results.impl_iterator");
    assert!(call(3).err().unwrap().is_rejection());
    assert_eq!(
        ends("results.impl_iterator"),
        "1 success, 1 failure, 1 rejected"
    );
}

/// Trap 4
#[test]
fn an_iterator_that_borrows_the_argument() {
    #[circuit_breaker(name = "results.impl_borrowing")]
    fn evens(
        values: &[u32],
    ) -> Result<impl Iterator<Item = &u32> + DoubleEndedIterator + '_, Error> {
        Ok(values.iter().filter(|value| **value % 2 == 0))
    }

    assert_eq!(evens(&[1, 2, 4]).unwrap().next_back(), Some(&4));
}

/// Trap 4
#[test]
fn an_iterator_with_a_precise_capture() {
    #[circuit_breaker(name = "results.impl_use")]
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

/// Trap 4
#[test]
fn impl_trait_inside_other_types() {
    #[circuit_breaker(name = "results.impl_nested")]
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

/// Trap 4
#[test]
fn impl_trait_inside_the_binding_of_a_trait_object() {
    #[circuit_breaker(name = "results.impl_in_dyn")]
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

/// Trap 4
#[test]
fn impl_trait_inside_impl_trait() {
    #[circuit_breaker(name = "results.impl_in_impl")]
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

/// Trap 4
#[test]
fn impl_trait_as_the_error() {
    #[circuit_breaker(name = "results.impl_error")]
    fn call(up: bool) -> Result<u32, impl std::error::Error + PartialEq<Error>> {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert!(matches!(call(true), Ok(1)));
    assert!(call(false).unwrap_err() == Error::Down);
    open("results.impl_error");
    assert!(call(true).is_err());
    assert_eq!(
        ends("results.impl_error"),
        "1 success, 1 failure, 1 rejected"
    );
}

/// Trap 4
#[test]
fn impl_trait_over_a_type_parameter() {
    #[circuit_breaker(name = "results.impl_generic")]
    fn call<T: Clone + Display>(value: T, times: usize) -> Result<impl Iterator<Item = T>, Error> {
        Ok(std::iter::repeat_n(value, times))
    }

    assert_eq!(call('x', 3).unwrap().collect::<String>(), "xxx");
}

/// Trap 4
#[test]
fn a_closure_in_impl_fn_still_infers_its_arguments() {
    #[circuit_breaker(name = "results.impl_fn_inferred")]
    fn call(by: u32) -> Result<impl Fn(u32) -> u32, Error> {
        Ok(move |value| value + by)
    }

    assert_eq!(call(2).unwrap()(1), 3);
}

/// Trap 4
#[test]
fn a_function_in_impl_fn_over_any_lifetime() {
    #[circuit_breaker(name = "results.impl_fn_higher_ranked")]
    fn call() -> Result<impl for<'a> Fn(&'a str) -> &'a str, Error> {
        Ok(str::trim)
    }

    assert_eq!(call().unwrap()(" x "), "x");
}

/// Trap 4
#[test]
fn an_async_function_with_impl_trait_in_its_result() {
    #[circuit_breaker(name = "results.async_impl")]
    async fn call(to: u32) -> Result<impl Iterator<Item = u32> + Clone, Error> {
        pause().await;
        if to == 0 {
            return Err(Error::Down);
        }
        Ok(0..to)
    }

    assert_eq!(run(call(3)).unwrap().count(), 3);
    assert!(run(call(0)).is_err());
    assert_eq!(ends("results.async_impl"), "1 success, 1 failure");
}

/// Trap 4
#[test]
fn an_async_function_with_a_closure_in_its_result() {
    #[circuit_breaker(name = "results.async_impl_fn")]
    async fn call(by: u32) -> Result<impl Fn(u32) -> u32, Error> {
        Ok(move |value: u32| value + by)
    }

    assert_eq!(run(call(2)).unwrap()(1), 3);
}

/// Trap 4
#[test]
fn impl_trait_in_argument_and_result() {
    #[circuit_breaker(name = "results.impl_both")]
    fn double(values: impl IntoIterator<Item = u32>) -> Result<impl Iterator<Item = u32>, Error> {
        Ok(values.into_iter().map(|value| value * 2))
    }

    assert_eq!(double([1, 2]).unwrap().sum::<u32>(), 6);
}

/// Trap 4
#[test]
fn impl_trait_in_the_method_of_a_trait() {
    trait Source {
        fn items(&self) -> Result<impl Iterator<Item = u32>, Error>;
    }

    struct Two;

    impl Source for Two {
        #[circuit_breaker(name = "results.rpitit")]
        fn items(&self) -> Result<impl Iterator<Item = u32>, Error> {
            Ok([1, 2].into_iter())
        }
    }

    assert_eq!(Two.items().unwrap().sum::<u32>(), 3);
    assert_eq!(ends("results.rpitit"), "1 success");
}

/// Trap 4
#[test]
fn a_bare_impl_trait_is_judged_by_a_classifier() {
    #[circuit_breaker(
        name = "results.impl_alone",
        classify = |_| breaker_runtime::Outcome::Success,
        fallback = |_| vec![].into_iter()
    )]
    fn call(to: u32) -> impl Iterator<Item = u32> {
        (0..to).collect::<Vec<_>>().into_iter()
    }

    assert_eq!(call(3).count(), 3);
    open("results.impl_alone");
    assert_eq!(call(3).count(), 0);
    assert_eq!(
        ends("results.impl_alone"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

// Trap 6: a result is known by its type, not by its spelling.

type Res<T, E = Error> = Result<T, E>;

/// Trap 6
#[test]
fn an_alias_of_result_is_a_result() {
    #[circuit_breaker(name = "results.alias")]
    fn call(up: bool) -> Res<u32> {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert_eq!(call(true), Ok(1));
    assert_eq!(call(false), Err(Error::Down));
    open("results.alias");
    assert!(call(true).unwrap_err().is_rejection());
    assert_eq!(ends("results.alias"), "1 success, 1 failure, 1 rejected");
}

/// Trap 6
#[test]
fn an_alias_without_arguments_is_a_result() {
    type Done = Result<(), Error>;

    #[circuit_breaker(name = "results.alias_plain")]
    fn call(up: bool) -> Done {
        if !up {
            Err(Error::Down)?;
        }
        Ok(())
    }

    assert_eq!(call(true), Ok(()));
    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(ends("results.alias_plain"), "1 success, 1 failure");
}

/// Trap 6
#[test]
fn an_alias_called_option_is_a_result_all_the_same() {
    type Option<T> = Result<T, Error>;

    #[circuit_breaker(name = "results.alias_option")]
    fn call() -> Option<u32> {
        Err(Error::Down)
    }

    assert_eq!(call(), Err(Error::Down));
    assert_eq!(ends("results.alias_option"), "1 failure");
}

/// Trap 6
#[test]
fn a_projection_that_is_a_result_is_a_result() {
    trait Job {
        type Answer;
    }
    struct Ping;
    impl Job for Ping {
        type Answer = Result<u32, Error>;
    }

    #[circuit_breaker(name = "results.projection")]
    fn call(up: bool) -> <Ping as Job>::Answer {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert_eq!(call(true), Ok(1));
    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(ends("results.projection"), "1 success, 1 failure");
}

/// Trap 6
#[test]
fn a_macro_that_names_a_result_is_a_result() {
    macro_rules! answer {
        ($value:ty) => { Result<$value, Error> };
    }

    #[circuit_breaker(name = "results.type_macro")]
    fn call(up: bool) -> answer!(u32) {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert_eq!(call(true), Ok(1));
    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(ends("results.type_macro"), "1 success, 1 failure");
}

/// Trap 6
#[test]
fn full_paths_to_result_are_results() {
    #[circuit_breaker(name = "results.full_path")]
    fn std_path() -> ::std::result::Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "results.core_path")]
    fn core_path() -> core::result::Result<u32, Error> {
        Err(Error::Down)
    }

    assert_eq!(std_path(), Ok(1));
    assert_eq!(core_path(), Err(Error::Down));
    assert_eq!(ends("results.full_path"), "1 success");
    assert_eq!(ends("results.core_path"), "1 failure");
}

/// Trap 6
#[test]
fn a_result_under_another_name_is_a_result() {
    use std::result::Result as Answer;

    #[circuit_breaker(name = "results.renamed")]
    fn call() -> Answer<u32, Error> {
        Err(Error::Down)
    }

    assert!(call().is_err());
    assert_eq!(ends("results.renamed"), "1 failure");
}

/// Trap 6
#[test]
fn a_generic_error_needs_only_a_from() {
    #[circuit_breaker(name = "results.generic_error")]
    fn call<E>(error: Option<E>) -> Result<u32, E>
    where
        E: From<BreakerError>,
    {
        match error {
            Some(error) => Err(error),
            None => Ok(1),
        }
    }

    assert_eq!(call::<Error>(None), Ok(1));
    assert_eq!(call(Some(Error::Down)), Err(Error::Down));
    open("results.generic_error");
    assert!(
        call::<Box<dyn std::error::Error>>(None)
            .unwrap_err()
            .is::<BreakerError>()
    );
    assert!(call::<BreakerError>(None).is_err());
    assert_eq!(
        ends("results.generic_error"),
        "1 success, 1 failure, 2 rejected"
    );
}

/// Trap 6
#[test]
fn the_error_of_a_trait_may_be_its_associated_type() {
    trait Client {
        type Error: From<BreakerError>;

        fn connect(&self) -> Result<u32, Self::Error>;

        #[circuit_breaker(name = "results.associated_error")]
        fn ping(&self) -> Result<u32, Self::Error> {
            let answer = self.connect()?;
            Ok(answer + 1)
        }
    }

    struct Up;
    impl Client for Up {
        type Error = Error;
        fn connect(&self) -> Result<u32, Error> {
            Ok(1)
        }
    }

    struct Down;
    impl Client for Down {
        type Error = anyhow::Error;
        fn connect(&self) -> Result<u32, anyhow::Error> {
            anyhow::bail!("down")
        }
    }

    assert_eq!(Up.ping(), Ok(2));
    assert_eq!(Down.ping().unwrap_err().to_string(), "down");
    assert_eq!(ends("results.associated_error"), "1 success, 1 failure");
}

/// Trap 6
#[test]
fn the_breakers_own_error_is_an_error_type() {
    #[circuit_breaker(name = "results.breaker_error")]
    fn call() -> Result<u32, BreakerError> {
        Ok(1)
    }

    assert_eq!(call(), Ok(1));
    open("results.breaker_error");
    assert!(matches!(call(), Err(BreakerError::Rejected(_))));
}

/// Trap 6
#[test]
fn io_results_work_with_a_fallback() {
    #[circuit_breaker(name = "results.io", fallback = |error| Err(io::Error::other(error)))]
    fn read(mut from: impl Read) -> io::Result<String> {
        let mut text = String::new();
        from.read_to_string(&mut text)?;
        Ok(text)
    }

    assert_eq!(read(&b"text"[..]).unwrap(), "text");
    assert_eq!(
        read(&[0xff][..]).unwrap_err().kind(),
        io::ErrorKind::InvalidData
    );
    open("results.io");
    let error = read(&b"text"[..]).unwrap_err();
    assert!(error.get_ref().unwrap().is::<BreakerError>());
    assert_eq!(
        ends("results.io"),
        "1 success, 1 failure, 1 rejected, 1 fallback failure"
    );
}

/// Trap 6
#[test]
fn fmt_results_work_with_a_fallback() {
    struct Shown(bool);

    impl Display for Shown {
        #[circuit_breaker(name = "results.fmt", fallback = |_| formatter.write_str("-"))]
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            if self.0 {
                write!(formatter, "up")
            } else {
                Err(fmt::Error)
            }
        }
    }

    assert_eq!(Shown(true).to_string(), "up");
    open("results.fmt");
    assert_eq!(Shown(true).to_string(), "-");
    assert_eq!(
        ends("results.fmt"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

/// Trap 6
#[test]
fn an_async_alias_and_an_async_projection_are_results() {
    trait Job {
        type Answer;
    }
    struct Ping;
    impl Job for Ping {
        type Answer = Res<u32>;
    }

    #[circuit_breaker(name = "results.async_alias")]
    async fn alias(up: bool) -> Res<u32> {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    #[circuit_breaker(name = "results.async_projection")]
    async fn projection(up: bool) -> <Ping as Job>::Answer {
        alias(up).await
    }

    assert_eq!(run(projection(true)), Ok(1));
    assert_eq!(run(projection(false)), Err(Error::Down));
    assert_eq!(ends("results.async_alias"), "1 success, 1 failure");
    assert_eq!(ends("results.async_projection"), "1 success, 1 failure");
}

/// Trap 6
#[test]
fn an_infallible_value_and_an_infallible_success_are_results() {
    #[circuit_breaker(name = "results.infallible")]
    fn never_ok() -> Result<Infallible, Error> {
        Err(Error::Down)
    }

    assert_eq!(never_ok(), Err(Error::Down));
    assert_eq!(ends("results.infallible"), "1 failure");
}
