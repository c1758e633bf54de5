//! `classify = by_error`: the error type decides the outcome, the hint and the cause.

use std::sync::Arc;
use std::time::Duration;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, CallError, ClassifyError, Outcome, State, circuit_breaker};

use crate::expansion::{ends, open};

#[derive(Debug, PartialEq, thiserror::Error)]
enum ShopError {
    #[error("no such item")]
    NoSuchItem,
    #[error("the request was never sent")]
    NotSent,
    #[error("busy for {0} s")]
    Busy(u64),
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

impl ClassifyError for ShopError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::NoSuchItem => Outcome::Success,
            Self::NotSent => Outcome::Ignored,
            Self::Busy(_) => Outcome::Failure,
            Self::Breaker(error) => error.outcome(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(seconds) => Some(Duration::from_secs(*seconds)),
            _ => panic!("only failures are asked for a hint"),
        }
    }

    fn cause_text(&self) -> Option<String> {
        Some(format!("{self}, says the shop"))
    }
}

#[test]
fn the_error_decides_the_outcome() {
    #[circuit_breaker(name = "by_error.outcome", classify = by_error)]
    fn call(answer: Result<u32, ShopError>) -> Result<u32, ShopError> {
        answer
    }

    assert_eq!(call(Ok(7)), Ok(7));
    for error in [
        ShopError::NoSuchItem,
        ShopError::NotSent,
        ShopError::Busy(1),
    ] {
        assert!(call(Err(error)).is_err());
    }
    assert_eq!(ends("by_error.outcome"), "2 success, 1 failure, 1 ignored");
    open("by_error.outcome");
    assert!(matches!(call(Ok(7)), Err(ShopError::Breaker(_))));
}

#[test]
fn the_error_gives_the_hint_and_the_cause() {
    #[circuit_breaker(name = "by_error.hint", threshold = 1, classify = by_error)]
    fn call() -> Result<u32, ShopError> {
        Err(ShopError::Busy(90))
    }

    let test = TestRegistry::new();
    let _entered = test.enter();
    assert!(call().is_err());
    let snapshot = test.get("by_error.hint").unwrap().snapshot();
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(90)));
    let cause = snapshot.history[0].transition.cause.as_ref().unwrap();
    assert_eq!(&*cause.text, "busy for 90 s, says the shop");
    assert_eq!(cause.function, Some("call"));
}

#[test]
fn the_settings_of_the_function_take_precedence() {
    #[circuit_breaker(
        name = "by_error.own",
        threshold = 1,
        classify = by_error,
        open_for_hint = |_| Some(Duration::from_secs(40)),
        cause,
    )]
    fn call() -> Result<u32, ShopError> {
        Err(ShopError::Busy(90))
    }

    let test = TestRegistry::new();
    let _entered = test.enter();
    assert!(call().is_err());
    let snapshot = test.get("by_error.own").unwrap().snapshot();
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(40)));
    let cause = snapshot.history[0].transition.cause.as_ref().unwrap();
    assert_eq!(&*cause.text, "busy for 90 s");
}

#[tokio::test(start_paused = true)]
async fn async_functions_with_a_limit_and_a_fallback_are_classified_too() {
    #[circuit_breaker(
        name = "by_error.async",
        threshold = 2,
        classify = by_error,
        call_timeout = "1s",
        fallback = |error| match error {
            CallError::Inner(ShopError::Busy(seconds)) => Ok(seconds),
            CallError::Inner(error) => Err(error),
            CallError::Breaker(_) => Ok(0),
        },
        fallback_on = any,
    )]
    async fn call(error: ShopError) -> Result<u64, ShopError> {
        tokio::task::yield_now().await;
        Err(error)
    }

    assert_eq!(
        call(ShopError::NoSuchItem).await,
        Err(ShopError::NoSuchItem)
    );
    assert_eq!(call(ShopError::Busy(7)).await, Ok(7));
    assert_eq!(call(ShopError::Busy(8)).await, Ok(8));
    assert_eq!(call(ShopError::Busy(9)).await, Ok(0));
}

#[test]
fn a_generic_error_and_a_pointer_to_one_are_asked() {
    #[circuit_breaker(name = "by_error.generic", classify = by_error, fallback = |_| Ok(0))]
    fn call<E: ClassifyError>(error: E) -> Result<u32, E> {
        Err(error)
    }

    assert!(call(Arc::new(ShopError::NoSuchItem)).is_err());
    assert!(call(Box::new(ShopError::NotSent)).is_err());
    let boxed: Box<dyn ClassifyError> = Box::new(ShopError::Busy(1));
    assert!(call(boxed).is_err());
    assert!(call(CallError::Inner(ShopError::Busy(1))).is_err());
    assert_eq!(ends("by_error.generic"), "1 success, 2 failure, 1 ignored");
}

#[test]
fn the_error_of_another_breaker_is_ignored() {
    #[circuit_breaker(name = "by_error.inner", fallback = |_| Ok(()))]
    fn inner() -> Result<(), BreakerError> {
        Ok(())
    }

    #[circuit_breaker(name = "by_error.outer", classify = by_error)]
    fn outer() -> Result<(), BreakerError> {
        let test = TestRegistry::new();
        let breaker = test.get("by_error.inner").expect("declared above");
        breaker.trip();
        assert_eq!(breaker.state(), State::Open);
        Err(breaker.try_acquire().expect_err("it is open").into())
    }

    assert!(inner().is_ok());
    assert!(outer().is_err());
    assert_eq!(ends("by_error.outer"), "1 ignored");
}

#[test]
fn a_function_of_that_name_is_called_by_a_longer_path() {
    mod judges {
        use breaker_runtime::{BreakerError, Outcome};

        pub(super) fn by_error(_: &Result<u32, BreakerError>) -> Outcome {
            Outcome::Ignored
        }
    }

    #[circuit_breaker(name = "by_error.path", classify = judges::by_error)]
    fn call() -> Result<u32, BreakerError> {
        Ok(7)
    }

    assert_eq!(call(), Ok(7));
    assert_eq!(ends("by_error.path"), "1 ignored");
}
