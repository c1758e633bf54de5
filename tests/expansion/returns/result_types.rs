//! Types that are a `Result` under another name, and error types of every kind.

use std::convert::Infallible;
use std::fmt::{self, Display};
use std::io;
use std::io::Read;

use breaker_runtime::{BreakerError, circuit_breaker};

use crate::expansion::{Error, ends, open, run};

type Res<T, E = Error> = Result<T, E>;

#[test]
fn an_alias_of_result_is_a_result() {
    #[circuit_breaker(name = "result_types.alias")]
    fn call(up: bool) -> Res<u32> {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert_eq!(call(true), Ok(1));
    assert_eq!(call(false), Err(Error::Down));
    open("result_types.alias");
    assert!(call(true).unwrap_err().is_rejection());
    assert_eq!(
        ends("result_types.alias"),
        "1 success, 1 failure, 1 rejected"
    );
}

#[test]
fn an_alias_without_arguments_is_a_result() {
    type Done = Result<(), Error>;

    #[circuit_breaker(name = "result_types.alias_plain")]
    fn call(up: bool) -> Done {
        if !up {
            Err(Error::Down)?;
        }
        Ok(())
    }

    assert_eq!(call(true), Ok(()));
    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(ends("result_types.alias_plain"), "1 success, 1 failure");
}

#[test]
fn an_alias_called_option_is_still_a_result() {
    type Option<T> = Result<T, Error>;

    #[circuit_breaker(name = "result_types.alias_option")]
    fn call() -> Option<u32> {
        Err(Error::Down)
    }

    assert_eq!(call(), Err(Error::Down));
    assert_eq!(ends("result_types.alias_option"), "1 failure");
}

#[test]
fn a_projection_that_is_a_result_is_a_result() {
    trait Job {
        type Answer;
    }
    struct Ping;
    impl Job for Ping {
        type Answer = Result<u32, Error>;
    }

    #[circuit_breaker(name = "result_types.projection")]
    fn call(up: bool) -> <Ping as Job>::Answer {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert_eq!(call(true), Ok(1));
    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(ends("result_types.projection"), "1 success, 1 failure");
}

#[test]
fn a_macro_that_names_a_result_is_a_result() {
    macro_rules! answer {
        ($value:ty) => { Result<$value, Error> };
    }

    #[circuit_breaker(name = "result_types.type_macro")]
    fn call(up: bool) -> answer!(u32) {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert_eq!(call(true), Ok(1));
    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(ends("result_types.type_macro"), "1 success, 1 failure");
}

#[test]
fn full_paths_to_result_are_results() {
    #[circuit_breaker(name = "result_types.full_path")]
    fn std_path() -> ::std::result::Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "result_types.core_path")]
    fn core_path() -> core::result::Result<u32, Error> {
        Err(Error::Down)
    }

    assert_eq!(std_path(), Ok(1));
    assert_eq!(core_path(), Err(Error::Down));
    assert_eq!(ends("result_types.full_path"), "1 success");
    assert_eq!(ends("result_types.core_path"), "1 failure");
}

#[test]
fn a_result_under_another_name_is_a_result() {
    use std::result::Result as Answer;

    #[circuit_breaker(name = "result_types.renamed")]
    fn call() -> Answer<u32, Error> {
        Err(Error::Down)
    }

    assert!(call().is_err());
    assert_eq!(ends("result_types.renamed"), "1 failure");
}

#[test]
fn a_generic_error_needs_only_from() {
    #[circuit_breaker(name = "result_types.generic_error")]
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
    open("result_types.generic_error");
    assert!(
        call::<Box<dyn std::error::Error>>(None)
            .unwrap_err()
            .is::<BreakerError>()
    );
    assert!(call::<BreakerError>(None).is_err());
    assert_eq!(
        ends("result_types.generic_error"),
        "1 success, 1 failure, 2 rejected"
    );
}

#[test]
fn the_error_of_a_trait_may_be_its_associated_type() {
    trait Client {
        type Error: From<BreakerError>;

        fn connect(&self) -> Result<u32, Self::Error>;

        #[circuit_breaker(name = "result_types.associated_error")]
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
    assert_eq!(
        ends("result_types.associated_error"),
        "1 success, 1 failure"
    );
}

#[test]
fn breaker_error_may_be_the_error_type() {
    #[circuit_breaker(name = "result_types.breaker_error")]
    fn call() -> Result<u32, BreakerError> {
        Ok(1)
    }

    assert_eq!(call(), Ok(1));
    open("result_types.breaker_error");
    assert!(matches!(call(), Err(BreakerError::Rejected(_))));
}

#[test]
fn io_results_work_with_a_fallback() {
    #[circuit_breaker(name = "result_types.io", fallback = |error| Err(io::Error::other(error)))]
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
    open("result_types.io");
    let error = read(&b"text"[..]).unwrap_err();
    assert!(error.get_ref().unwrap().is::<BreakerError>());
    assert_eq!(
        ends("result_types.io"),
        "1 success, 1 failure, 1 rejected, 1 fallback failure"
    );
}

#[test]
fn fmt_results_work_with_a_fallback() {
    struct Shown(bool);

    impl Display for Shown {
        #[circuit_breaker(name = "result_types.fmt", fallback = |_| formatter.write_str("-"))]
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            if self.0 {
                write!(formatter, "up")
            } else {
                Err(fmt::Error)
            }
        }
    }

    assert_eq!(Shown(true).to_string(), "up");
    open("result_types.fmt");
    assert_eq!(Shown(true).to_string(), "-");
    assert_eq!(
        ends("result_types.fmt"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

#[test]
fn an_async_alias_and_an_async_projection_are_results() {
    trait Job {
        type Answer;
    }
    struct Ping;
    impl Job for Ping {
        type Answer = Res<u32>;
    }

    #[circuit_breaker(name = "result_types.async_alias")]
    async fn alias(up: bool) -> Res<u32> {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    #[circuit_breaker(name = "result_types.async_projection")]
    async fn projection(up: bool) -> <Ping as Job>::Answer {
        alias(up).await
    }

    assert_eq!(run(projection(true)), Ok(1));
    assert_eq!(run(projection(false)), Err(Error::Down));
    assert_eq!(ends("result_types.async_alias"), "1 success, 1 failure");
    assert_eq!(
        ends("result_types.async_projection"),
        "1 success, 1 failure"
    );
}

#[test]
fn a_result_without_a_possible_success() {
    #[circuit_breaker(name = "result_types.infallible")]
    fn never_ok() -> Result<Infallible, Error> {
        Err(Error::Down)
    }

    assert_eq!(never_ok(), Err(Error::Down));
    assert_eq!(ends("result_types.infallible"), "1 failure");
}
