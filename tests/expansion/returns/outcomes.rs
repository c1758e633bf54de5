//! How a value is classified: values that are not a `Result`, patterns, and classifiers.

use std::any::Any;
use std::fmt::Debug;
use std::ops::ControlFlow;

use breaker_runtime::{Outcome, circuit_breaker};

use crate::expansion::{Error, ends, open, panic_of, pause, run};

#[test]
fn an_option_is_classified_by_a_pattern() {
    #[circuit_breaker(name = "outcomes.option", failure(None), fallback = |_| Some(0))]
    fn call(text: &str) -> Option<u32> {
        let first = text.chars().next()?;
        first.to_digit(10)
    }

    assert_eq!(call("7"), Some(7));
    assert_eq!(call(""), None);
    assert_eq!(call("x"), None);
    open("outcomes.option");
    assert_eq!(call("7"), Some(0));
    assert_eq!(
        ends("outcomes.option"),
        "1 success, 2 failure, 1 rejected, 1 fallback success"
    );
}

#[test]
fn a_number_is_classified_by_a_range() {
    #[circuit_breaker(name = "outcomes.status", failure(500..=599), ignore(404), fallback = |_| 503)]
    fn call(status: u16) -> u16 {
        status
    }

    for status in [200, 404, 500, 599, 418] {
        assert_eq!(call(status), status);
    }
    open("outcomes.status");
    assert_eq!(call(200), 503);
    assert_eq!(
        ends("outcomes.status"),
        "2 success, 2 failure, 1 ignored, 1 rejected, 1 fallback failure"
    );
}

#[test]
fn a_bool_is_classified_by_its_success() {
    #[circuit_breaker(name = "outcomes.bool", success(true), fallback = |_| false)]
    fn call(up: bool) -> bool {
        up
    }

    assert!(call(true));
    assert!(!call(false));
    assert_eq!(ends("outcomes.bool"), "1 success, 1 failure");
}

#[test]
fn a_function_without_a_return_type_has_a_classifier() {
    #[circuit_breaker(name = "outcomes.unit", classify = |()| Outcome::Success, fallback = |_| ())]
    fn call(done: &mut u32) {
        *done += 1;
        if *done > 5 {
            return;
        }
        *done += 10;
    }

    let mut done = 0;
    call(&mut done);
    call(&mut done);
    assert_eq!(done, 12);
    assert_eq!(ends("outcomes.unit"), "2 success");
}

#[test]
fn an_async_function_without_a_return_type_has_a_classifier() {
    #[circuit_breaker(name = "outcomes.async_unit", classify = |()| Outcome::Ignored, fallback = |_| ())]
    async fn call(done: &mut u32) {
        pause().await;
        *done += 1;
    }

    let mut done = 0;
    run(call(&mut done));
    assert_eq!(done, 1);
    assert_eq!(ends("outcomes.async_unit"), "1 ignored");
}

#[test]
fn a_control_flow_is_classified_by_a_pattern() {
    #[circuit_breaker(
        name = "outcomes.control_flow",
        failure(ControlFlow::Break(_)),
        fallback = |_| ControlFlow::Continue(())
    )]
    fn call(values: &[i32]) -> ControlFlow<i32> {
        for value in values {
            if *value < 0 {
                return ControlFlow::Break(*value);
            }
        }
        ControlFlow::Continue(())
    }

    assert_eq!(call(&[1, -1]), ControlFlow::Break(-1));
    assert_eq!(call(&[1]), ControlFlow::Continue(()));
    assert_eq!(ends("outcomes.control_flow"), "1 success, 1 failure");
}

#[test]
fn a_struct_is_classified_by_a_field() {
    #[derive(Debug, PartialEq)]
    struct Response {
        status: u16,
        body: String,
    }

    #[circuit_breaker(
        name = "outcomes.struct",
        failure(Response { status, .. } if *status >= 500),
        ignore(Response { status: 400..=499, .. }),
        fallback = |error| Response { status: 503, body: error.to_string() }
    )]
    fn call(status: u16) -> Response {
        Response {
            status,
            body: "body".into(),
        }
    }

    assert_eq!(call(200).status, 200);
    assert_eq!(call(404).body, "body");
    assert_eq!(call(500).status, 500);
    open("outcomes.struct");
    assert_eq!(call(200).status, 503);
    assert_eq!(
        ends("outcomes.struct"),
        "1 success, 1 failure, 1 ignored, 1 rejected, 1 fallback failure"
    );
}

#[test]
fn a_pattern_looks_into_a_nested_result() {
    #[circuit_breaker(name = "outcomes.nested_result", failure(Ok(Err(_))))]
    fn call(inner: Result<u32, String>) -> Result<Result<u32, String>, Error> {
        Ok(inner)
    }

    assert_eq!(call(Ok(1)), Ok(Ok(1)));
    assert_eq!(call(Err("x".into())), Ok(Err("x".into())));
    assert_eq!(ends("outcomes.nested_result"), "1 success, 1 failure");
}

#[test]
fn ignore_wins_over_success_and_success_over_failure() {
    #[circuit_breaker(
        name = "outcomes.precedence",
        ignore(Err(Error::Declined(code)) if *code == 1),
        success(Err(Error::Declined(1 | 2))),
        failure(Ok(0) | Err(Error::Declined(_)))
    )]
    fn call(answer: Result<u32, Error>) -> Result<u32, Error> {
        answer
    }

    for answer in [
        Err(Error::Declined(1)),
        Err(Error::Declined(2)),
        Err(Error::Declined(3)),
        Err(Error::Down),
        Ok(0),
        Ok(1),
    ] {
        assert_eq!(call(answer.clone()), answer);
    }
    assert_eq!(
        ends("outcomes.precedence"),
        "2 success, 3 failure, 1 ignored"
    );
}

#[test]
fn a_pattern_guard_sees_its_bindings_by_reference() {
    #[circuit_breaker(name = "outcomes.guard", ignore(Err(Error::Declined(code)) if *code < 100))]
    fn call(code: u32) -> Result<String, Error> {
        Err(Error::Declined(code))
    }

    assert!(call(5).is_err());
    assert!(call(500).is_err());
    assert_eq!(ends("outcomes.guard"), "1 failure, 1 ignored");
}

#[test]
fn a_pattern_moves_nothing_out_of_the_value() {
    #[circuit_breaker(name = "outcomes.pattern_moves_nothing", failure(Ok(text) if text.is_empty()))]
    fn call(text: &str) -> Result<String, Error> {
        Ok(text.to_owned())
    }

    assert_eq!(call("a"), Ok("a".into()));
    assert_eq!(call(""), Ok(String::new()));
    assert_eq!(
        ends("outcomes.pattern_moves_nothing"),
        "1 success, 1 failure"
    );
}

#[test]
fn a_pattern_with_an_at_binding() {
    #[circuit_breaker(name = "outcomes.pattern_at", ignore(Err(Error::Declined(code @ 1..=9)) if code % 2 == 0))]
    fn call(code: u32) -> Result<(), Error> {
        Err(Error::Declined(code))
    }

    for code in [2, 3, 20] {
        assert!(call(code).is_err());
    }
    assert_eq!(ends("outcomes.pattern_at"), "2 failure, 1 ignored");
}

#[test]
fn a_pattern_with_a_constant() {
    const TEAPOT: u32 = 418;

    #[circuit_breaker(name = "outcomes.pattern_const", ignore(Err(Error::Declined(TEAPOT))))]
    fn call(code: u32) -> Result<(), Error> {
        Err(Error::Declined(code))
    }

    assert!(call(418).is_err());
    assert!(call(500).is_err());
    assert_eq!(ends("outcomes.pattern_const"), "1 failure, 1 ignored");
}

#[test]
fn a_classifier_by_path() {
    fn classify(answer: &Result<u32, Error>) -> Outcome {
        match answer {
            Ok(0) => Outcome::Failure,
            Err(Error::Declined(_)) => Outcome::Ignored,
            _ => Outcome::Success,
        }
    }

    #[circuit_breaker(name = "outcomes.classify_path", classify = classify)]
    fn call(answer: Result<u32, Error>) -> Result<u32, Error> {
        answer
    }

    let _ = (
        call(Ok(0)),
        call(Err(Error::Declined(1))),
        call(Err(Error::Down)),
    );
    assert_eq!(
        ends("outcomes.classify_path"),
        "1 success, 1 failure, 1 ignored"
    );
}

#[test]
fn a_classifier_by_closure_infers_its_argument() {
    #[circuit_breaker(name = "outcomes.classify_closure", classify = |answer| match answer {
        Ok(text) if text.len() > 3 => Outcome::Failure,
        Ok(_) => Outcome::Success,
        Err(_) => Outcome::Ignored,
    })]
    fn call(text: &str) -> Result<String, Error> {
        if text.is_empty() {
            return Err(Error::Down);
        }
        Ok(text.into())
    }

    let _ = (call("long text"), call("abc"), call(""));
    assert_eq!(
        ends("outcomes.classify_closure"),
        "1 success, 1 failure, 1 ignored"
    );
}

#[test]
fn a_classifier_by_method_path() {
    struct Client;

    impl Client {
        fn classify(answer: &Result<u32, Error>) -> Outcome {
            if answer.is_ok() {
                Outcome::Success
            } else {
                Outcome::Ignored
            }
        }

        #[circuit_breaker(name = "outcomes.classify_self_path", classify = Self::classify)]
        fn call(&self) -> Result<u32, Error> {
            Err(Error::Down)
        }
    }

    assert!(Client.call().is_err());
    assert_eq!(ends("outcomes.classify_self_path"), "1 ignored");
}

#[test]
fn a_classifier_of_a_borrowed_value() {
    fn classify(answer: &Result<&str, Error>) -> Outcome {
        match answer {
            Ok(text) if text.is_empty() => Outcome::Failure,
            _ => Outcome::Success,
        }
    }

    #[circuit_breaker(name = "outcomes.classify_borrowed", classify = classify)]
    fn call(text: &mut String) -> Result<&str, Error> {
        Ok(text.trim())
    }

    assert_eq!(call(&mut " x ".into()), Ok("x"));
    assert_eq!(call(&mut "  ".into()), Ok(""));
    assert_eq!(ends("outcomes.classify_borrowed"), "1 success, 1 failure");
}

#[test]
fn a_classifier_of_an_async_function() {
    #[circuit_breaker(name = "outcomes.classify_async", classify = |answer| match answer {
        Ok(0) => Outcome::Failure,
        Ok(_) => Outcome::Success,
        Err(_) => Outcome::Ignored,
    })]
    async fn call(value: u32) -> Result<u32, Error> {
        pause().await;
        if value > 9 {
            Err(Error::Declined(value))
        } else {
            Ok(value)
        }
    }

    let _ = (run(call(0)), run(call(1)), run(call(10)));
    assert_eq!(
        ends("outcomes.classify_async"),
        "1 success, 1 failure, 1 ignored"
    );
}

#[test]
fn a_panic_in_a_classifier_is_a_failure_and_goes_on_unwinding() {
    fn classify(_: &Result<u32, Error>) -> Outcome {
        panic!("no judgement")
    }

    #[circuit_breaker(name = "outcomes.classify_panics", classify = classify)]
    fn call() -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "outcomes.classify_panics_async", classify = classify)]
    async fn call_async() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    assert_eq!(panic_of(call), "no judgement");
    assert_eq!(panic_of(|| run(call_async())), "no judgement");
    assert_eq!(ends("outcomes.classify_panics"), "1 failure");
    assert_eq!(ends("outcomes.classify_panics_async"), "1 failure");
}

#[test]
fn a_classifier_of_a_value_that_implements_no_trait() {
    struct Opaque(Box<dyn Any>);

    #[circuit_breaker(
        name = "outcomes.classify_opaque",
        classify = |value: &Opaque| if value.0.is::<u32>() { Outcome::Success } else { Outcome::Failure },
        fallback = |_| Opaque(Box::new(()))
    )]
    fn call(number: bool) -> Opaque {
        if number {
            Opaque(Box::new(1_u32))
        } else {
            Opaque(Box::new("text"))
        }
    }

    assert!(call(true).0.is::<u32>());
    assert!(call(false).0.is::<&str>());
    assert_eq!(ends("outcomes.classify_opaque"), "1 success, 1 failure");
}
