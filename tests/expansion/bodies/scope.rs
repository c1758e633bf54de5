//! Names and inner attributes in the body. They do not reach the generated code.

use std::fmt::Debug;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, run};

#[test]
fn a_glob_import_in_the_body_does_not_shadow_the_return_type() {
    #[allow(dead_code)]
    mod shadows {
        pub(super) struct Answer;
        pub(super) struct Result;
        pub(super) struct Error;
        pub(super) struct Future;
    }

    #[derive(Debug, PartialEq)]
    struct Answer(u32);

    fn answer(value: u32) -> Result<Answer, Error> {
        if value == 0 {
            Err(Error::Down)
        } else {
            Ok(Answer(value))
        }
    }

    #[circuit_breaker(name = "scope.glob")]
    fn call(value: u32) -> Result<Answer, Error> {
        use shadows::*;
        let _ = (Answer, Error, Result);
        answer(value)
    }

    #[circuit_breaker(name = "scope.async_glob")]
    async fn call_async(value: u32) -> Result<Answer, Error> {
        use shadows::*;
        let _ = (Answer, Error, Result, Future);
        answer(value)
    }

    assert_eq!(call(1), Ok(Answer(1)));
    assert_eq!(call(0), Err(Error::Down));
    assert_eq!(run(call_async(1)), Ok(Answer(1)));
    assert_eq!(run(call_async(0)), Err(Error::Down));
}

#[test]
fn types_in_the_body_may_have_the_names_of_types_in_the_signature() {
    #[circuit_breaker(name = "scope.inner_type")]
    fn call(text: String) -> Result<String, Error> {
        struct String(std::string::String);
        let inner = String(text);
        Ok(inner.0 + "!")
    }

    #[circuit_breaker(name = "scope.async_inner_type")]
    async fn call_async(text: String) -> Result<String, Error> {
        type Result = std::string::String;
        struct Ok2;
        let _ = Ok2;
        let text: Result = text + "!";
        Ok(text)
    }

    assert_eq!(call("a".into()), Ok("a!".into()));
    assert_eq!(run(call_async("a".into())), Ok("a!".into()));
}

#[test]
fn items_of_the_body_may_shadow_what_the_expansion_needs() {
    #[circuit_breaker(name = "scope.shadowed_items", fallback = |_| Ok(0))]
    fn call(value: u32) -> Result<u32, Error> {
        #[allow(dead_code)]
        mod core {}
        #[allow(dead_code)]
        mod std {}
        #[allow(dead_code)]
        mod breaker_runtime {}
        #[allow(dead_code)]
        struct Some;
        #[allow(dead_code)]
        struct Box;
        Ok(value)
    }

    assert_eq!(call(1), Ok(1));
}

#[test]
fn inner_attributes_stay_at_the_start_of_the_body() {
    #[circuit_breaker(name = "scope.inner_attributes")]
    fn call() -> Result<u32, Error> {
        #![allow(unused_variables)]
        #![allow(clippy::let_and_return)]
        //! Inner documentation.
        let unused = 1;
        let value = 2;
        Ok(value)
    }

    #[circuit_breaker(name = "scope.async_inner_attributes")]
    async fn call_async(unused: u32) -> Result<u32, Error> {
        #![allow(unused_variables)]
        let value = 2;
        Ok(value)
    }

    assert_eq!(call(), Ok(2));
    assert_eq!(run(call_async(1)), Ok(2));
}
