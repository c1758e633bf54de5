//! Attributes on arguments: `#[cfg]`, lint attributes, and arguments with an underscore.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, open, run};

#[test]
fn arguments_that_are_configured_out_disappear() {
    #[circuit_breaker(name = "argument_attributes.cfg")]
    fn call(
        #[cfg(any())] gone: NoSuchType,
        #[cfg(not(any()))] kept: u32,
        last: u32,
    ) -> Result<u32, Error> {
        Ok(kept + last)
    }

    assert_eq!(call(1, 2), Ok(3));
}

#[test]
fn the_fallback_gets_no_argument_that_is_configured_out() {
    #[circuit_breaker(name = "argument_attributes.cfg_fallback", fallback = later)]
    fn call(
        #[cfg(any())] gone: NoSuchType,
        #[cfg(not(any()))] (left, right): (u32, u32),
        #[cfg(any())] _: NoSuchType,
    ) -> Result<u32, Error> {
        Ok(left + right)
    }

    fn later(pair: (u32, u32)) -> Result<u32, Error> {
        Ok(pair.0 * 100)
    }

    assert_eq!(call((1, 2)), Ok(3));
    open("argument_attributes.cfg_fallback");
    assert_eq!(call((1, 2)), Ok(100));
}

#[test]
fn async_arguments_that_are_configured_out_disappear() {
    struct Client;

    impl Client {
        #[circuit_breaker(name = "argument_attributes.async_cfg", fallback = Self::later)]
        async fn call(
            &self,
            #[cfg(any())] gone: NoSuchType,
            #[cfg(not(any()))] kept: u32,
        ) -> Result<u32, Error> {
            Ok(kept)
        }

        async fn later(&self, kept: u32) -> Result<u32, Error> {
            Ok(kept + 1)
        }
    }

    assert_eq!(run(Client.call(1)), Ok(1));
    open("argument_attributes.async_cfg");
    assert_eq!(run(Client.call(1)), Ok(2));
}

#[test]
fn a_cloned_argument_may_have_a_cfg() {
    #[circuit_breaker(name = "argument_attributes.cfg_clone", fallback = later, fallback_on = any)]
    fn call(
        #[cfg(any())] gone: NoSuchType,
        #[cfg(not(any()))] text: String,
    ) -> Result<String, Error> {
        drop(text);
        Err(Error::Down)
    }

    fn later(text: String) -> Result<String, Error> {
        Ok(text)
    }

    assert_eq!(call("kept".into()), Ok("kept".into()));
}

#[test]
fn lint_attributes_on_arguments_are_kept() {
    #[circuit_breaker(name = "argument_attributes.lint_attributes")]
    fn call(
        #[allow(unused_variables)] unused: u32,
        #[allow(unused_mut)] mut calm: u32,
        used: u32,
    ) -> Result<u32, Error> {
        Ok(used + calm)
    }

    assert_eq!(call(1, 2, 3), Ok(5));
}

#[test]
fn an_expectation_on_an_argument_is_fulfilled() {
    #![deny(unfulfilled_lint_expectations)]

    #[circuit_breaker(name = "argument_attributes.expect_attribute")]
    fn call(
        #[expect(unused_variables, reason = "part of the interface")] unused: u32,
        used: u32,
    ) -> Result<u32, Error> {
        Ok(used)
    }

    #[circuit_breaker(name = "argument_attributes.async_expect_attribute")]
    async fn call_async(#[expect(unused_variables)] unused: u32, used: u32) -> Result<u32, Error> {
        Ok(used)
    }

    assert_eq!(call(1, 2), Ok(2));
    assert_eq!(run(call_async(1, 2)), Ok(2));
}

#[test]
fn underscore_arguments_cause_no_lint() {
    #![deny(clippy::used_underscore_binding, clippy::no_effect_underscore_binding)]

    #[circuit_breaker(name = "argument_attributes.underscore", fallback = later)]
    fn call(_unused: u32, _also: String, used: u32) -> Result<u32, Error> {
        Ok(used)
    }

    fn later(_: u32, _: String, used: u32) -> Result<u32, Error> {
        Ok(used + 1)
    }

    #[circuit_breaker(name = "argument_attributes.async_underscore")]
    async fn call_async(_unused: &str, (_left, right): (u32, u32)) -> Result<u32, Error> {
        Ok(right)
    }

    assert_eq!(call(0, String::new(), 2), Ok(2));
    assert_eq!(run(call_async("", (1, 2))), Ok(2));
    open("argument_attributes.underscore");
    assert_eq!(call(7, String::new(), 2), Ok(3));
}
