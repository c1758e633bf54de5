//! When a fallback runs (`fallback_on`), and how its value is counted.

use breaker_runtime::{BreakerError, CallError, Outcome, circuit_breaker};

use crate::expansion::{
    Error, Log, Noisy, assert_send, breaker, ends, open, panic_of, pause, poll_once, run,
};

#[test]
fn rejected_leaves_the_errors_of_the_call_alone() {
    #[circuit_breaker(name = "fallback_on.on_rejected", fallback = |_| Ok(0), fallback_on = rejected)]
    fn call(n: u32) -> Result<u32, Error> {
        if n == 0 { Err(Error::Down) } else { Ok(n) }
    }

    assert_eq!((call(0), call(1)), (Err(Error::Down), Ok(1)));
    open("fallback_on.on_rejected");
    assert_eq!(call(1), Ok(0));
    assert_eq!(
        ends("fallback_on.on_rejected"),
        "1 success, 1 failure, 1 rejected, 1 fallback success"
    );
}

#[test]
fn error_leaves_rejections_alone() {
    #[circuit_breaker(name = "fallback_on.on_error", fallback = later, fallback_on = error)]
    fn call(text: String) -> Result<String, Error> {
        if text.is_empty() {
            Err(Error::Down)
        } else {
            Ok(text)
        }
    }

    fn later(text: String) -> Result<String, Error> {
        Ok(text + "later")
    }

    assert_eq!(
        (call("a".into()), call(String::new())),
        (Ok("a".into()), Ok("later".into()))
    );
    open("fallback_on.on_error");
    assert!(call("a".into()).unwrap_err().is_rejection());
    assert_eq!(
        ends("fallback_on.on_error"),
        "1 success, 1 failure, 1 rejected, 1 fallback success"
    );
}

#[test]
fn any_falls_back_in_both_cases() {
    #[circuit_breaker(name = "fallback_on.on_any", fallback = later, fallback_on = any)]
    fn call(text: String, values: &mut Vec<u32>) -> Result<String, &'static str> {
        values.push(1);
        if text.is_empty() {
            Err("empty")
        } else {
            Ok(text)
        }
    }

    fn later(text: String, values: &mut Vec<u32>) -> Result<String, &'static str> {
        values.push(2);
        Ok(text + "later")
    }

    let mut values = vec![];
    assert_eq!(call("a".into(), &mut values), Ok("a".into()));
    assert_eq!(call(String::new(), &mut values), Ok("later".into()));
    open("fallback_on.on_any");
    assert_eq!(call("a".into(), &mut values), Ok("alater".into()));
    assert_eq!(values, [1, 1, 2, 2]);
    assert_eq!(
        ends("fallback_on.on_any"),
        "1 success, 1 failure, 1 rejected, 2 fallback success"
    );
}

#[test]
fn a_closure_on_error_sees_the_error_of_the_call() {
    #[circuit_breaker(name = "fallback_on.call_error", fallback_on = error, fallback = |error| match error {
        CallError::Inner(Error::Declined(code)) => Ok(code),
        CallError::Inner(other) => Err(other),
        CallError::Breaker(error) => Err(error.into()),
    })]
    fn call(code: u32) -> Result<u32, Error> {
        if code == 0 {
            Err(Error::Down)
        } else {
            Err(Error::Declined(code))
        }
    }

    assert_eq!((call(7), call(0)), (Ok(7), Err(Error::Down)));
    assert_eq!(
        ends("fallback_on.call_error"),
        "2 failure, 1 fallback success, 1 fallback failure"
    );
}

#[test]
fn a_closure_on_any_sees_both_errors() {
    #[circuit_breaker(name = "fallback_on.any_error", fallback_on = any, fallback = |error| match error {
        CallError::Breaker(BreakerError::Rejected(_)) => Ok("rejected"),
        CallError::Breaker(_) => Ok("breaker"),
        CallError::Inner(text) => Ok(text),
    })]
    async fn call(up: bool) -> Result<&'static str, &'static str> {
        pause().await;
        if up { Ok("up") } else { Err("down") }
    }

    assert_eq!((run(call(true)), run(call(false))), (Ok("up"), Ok("down")));
    open("fallback_on.any_error");
    assert_eq!(run(assert_send(call(true))), Ok("rejected"));
}

#[test]
fn ignored_and_successful_errors_do_not_fall_back() {
    #[circuit_breaker(
        name = "fallback_on.classified",
        ignore(Err(Error::Declined(1))),
        success(Err(Error::Declined(2))),
        failure(Ok(0)),
        fallback = |_| Ok(99),
        fallback_on = any
    )]
    fn call(answer: Result<u32, Error>) -> Result<u32, Error> {
        answer
    }

    assert_eq!(call(Err(Error::Declined(1))), Err(Error::Declined(1)));
    assert_eq!(call(Err(Error::Declined(2))), Err(Error::Declined(2)));
    assert_eq!(call(Ok(0)), Ok(0));
    assert_eq!(call(Err(Error::Down)), Ok(99));
    assert_eq!(
        ends("fallback_on.classified"),
        "1 success, 2 failure, 1 ignored, 1 fallback success"
    );
}

#[test]
fn a_panic_does_not_fall_back() {
    #[circuit_breaker(name = "fallback_on.panic", fallback = |_| Ok(1), fallback_on = any)]
    fn call() -> Result<u32, Error> {
        panic!("cut")
    }

    assert_eq!(panic_of(call), "cut");
    assert_eq!(ends("fallback_on.panic"), "1 failure");
}

#[test]
fn a_fallback_that_panics_is_a_failed_fallback() {
    #[circuit_breaker(name = "fallback_on.panics", fallback = |_| panic!("no cache"))]
    fn call() -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "fallback_on.async_panics", fallback = |_| { pause().await; panic!("no cache") })]
    async fn call_async() -> Result<u32, Error> {
        Ok(1)
    }

    open("fallback_on.panics");
    open("fallback_on.async_panics");
    assert_eq!(panic_of(call), "no cache");
    assert_eq!(panic_of(|| run(call_async())), "no cache");
    assert_eq!(ends("fallback_on.panics"), "1 rejected, 1 fallback failure");
    assert_eq!(
        ends("fallback_on.async_panics"),
        "1 rejected, 1 fallback failure"
    );
}

#[test]
fn a_fallback_that_is_dropped_is_not_counted() {
    #[circuit_breaker(name = "fallback_on.dropped", fallback = later)]
    async fn call(guard: Noisy) -> Result<u32, Error> {
        drop(guard);
        Ok(1)
    }

    async fn later(guard: Noisy) -> Result<u32, Error> {
        pause().await;
        drop(guard);
        Ok(1)
    }

    open("fallback_on.dropped");
    let log = Log::default();
    let mut future = Box::pin(call(log.noisy("guard")));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(log.take().is_empty());
    drop(future);
    assert_eq!(log.take(), ["guard"]);
    assert_eq!(ends("fallback_on.dropped"), "1 rejected");
}

#[test]
fn the_value_of_a_fallback_is_classified_as_that_of_the_function() {
    #[circuit_breaker(
        name = "fallback_on.classified_value",
        classify = |answer| match answer {
            Ok(0) => Outcome::Failure,
            _ => Outcome::Success,
        },
        fallback = |_| Ok(n - 1)
    )]
    fn call(n: u32) -> Result<u32, Error> {
        Ok(n)
    }

    open("fallback_on.classified_value");
    assert_eq!((call(1), call(2)), (Ok(0), Ok(1)));
    assert_eq!(
        ends("fallback_on.classified_value"),
        "2 rejected, 1 fallback success, 1 fallback failure"
    );
}

#[test]
fn a_fallback_decides_nothing() {
    #[circuit_breaker(name = "fallback_on.decides_nothing", threshold = 2, fallback = |_| Err(Error::Down))]
    fn call() -> Result<u32, Error> {
        Ok(1)
    }

    open("fallback_on.decides_nothing");
    for _ in 0..5 {
        assert_eq!(call(), Err(Error::Down));
    }
    breaker("fallback_on.decides_nothing").clear_override();
    assert_eq!(call(), Ok(1));
    assert_eq!(
        ends("fallback_on.decides_nothing"),
        "1 success, 5 rejected, 5 fallback failure"
    );
}
