//! Lints and `#[expect]`. `tests/crates/strict` has the rest.

use std::collections::HashMap;

use breaker_runtime::{BreakerError, Registry, circuit_breaker};

use crate::expansion::{Error, breaker, pause, run};

#[test]
fn no_lint_of_this_module_fires_in_the_expansion() {
    #[circuit_breaker(
        name = "lints.lints",
        threshold = 5,
        open_for = "30s",
        backoff = 2.0,
        max_open_for = "5m",
        jitter = 0.1,
        half_open_calls = 2,
        success_threshold = 3,
        probe_failures = 1,
        probe_timeout = "1m",
        ignore(Err(Error::Declined(_))),
        failure(Ok(0)),
        fallback = later,
        fallback_on = any
    )]
    fn call(
        _unused: u32,
        (left, mut right): (u32, u32),
        mut text: String,
        _: bool,
    ) -> Result<u32, Error> {
        right += left;
        text.push('x');
        if right == 7 {
            return Err(Error::Down);
        }
        Ok(right + text.len() as u32)
    }

    fn later(_: u32, pair: (u32, u32), text: String, _: bool) -> Result<u32, Error> {
        Ok(pair.0 * 100 + text.len() as u32)
    }

    assert_eq!(call(0, (1, 2), "a".into(), true), Ok(5));
    assert_eq!(call(0, (3, 4), "a".into(), true), Ok(301));
}

#[test]
fn an_expectation_on_the_function_is_fulfilled() {
    #[circuit_breaker(name = "lints.expect")]
    #[expect(unused_variables, reason = "part of the interface")]
    fn call(unused: u32) -> Result<u32, Error> {
        Ok(1)
    }

    #[expect(unused_variables)]
    #[circuit_breaker(name = "lints.expect_above")]
    async fn call_above(unused: u32) -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "lints.expect_body")]
    #[expect(unreachable_code)]
    fn call_body() -> Result<u32, Error> {
        return Ok(1);
        Ok(2)
    }

    #[circuit_breaker(name = "lints.expect_dead")]
    #[expect(dead_code)]
    fn never_called() -> Result<u32, Error> {
        Ok(1)
    }

    assert_eq!(
        (call(1), run(call_above(1)), call_body()),
        (Ok(1), Ok(1), Ok(1))
    );
}

#[test]
fn expectations_of_clippy_lints_are_fulfilled() {
    #[circuit_breaker(name = "lints.expect_clippy")]
    #[expect(clippy::needless_return)]
    fn call() -> Result<u32, Error> {
        return Ok(1);
    }

    #[circuit_breaker(name = "lints.expect_clippy_async")]
    #[expect(clippy::needless_return)]
    async fn call_async() -> Result<u32, Error> {
        return Ok(1);
    }

    #[circuit_breaker(name = "lints.expect_arguments")]
    #[expect(clippy::too_many_arguments)]
    fn call_many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> Result<u8, Error> {
        Ok(a + b + c + d + e + f + g + h)
    }

    assert_eq!((call(), run(call_async())), (Ok(1), Ok(1)));
    assert_eq!(call_many(1, 1, 1, 1, 1, 1, 1, 1), Ok(8));
}

#[test]
fn a_deprecated_function_warns_its_callers_only() {
    #[circuit_breaker(name = "lints.deprecated")]
    #[deprecated(since = "1.0.0", note = "call the other one")]
    fn call(n: u32) -> Result<u32, Error> {
        Ok(n)
    }

    #[expect(deprecated)]
    let answer = call(1);
    assert_eq!(answer, Ok(1));
}

#[circuit_breaker(name = "lints.complex")]
async fn complex() -> Result<Vec<(String, HashMap<String, Vec<Option<u32>>>)>, Error> {
    pause().await;
    Ok(Vec::new())
}

#[circuit_breaker(name = "lints.one_line", fallback = |_error| { Ok(1) })]
fn one_line() -> Result<u32, Error> {
    Ok(0)
}

#[circuit_breaker(name = "lints.typed_line", fallback = |_error: BreakerError| -> Result<u32, Error> { Ok(1) })]
fn typed_line() -> Result<u32, Error> {
    Ok(0)
}

#[circuit_breaker(name = "lints.parentheses", fallback = |_error| (Ok(1)))]
fn in_parentheses() -> Result<u32, Error> {
    Ok(0)
}

#[circuit_breaker(name = "lints.used_registry", registry = registry)]
fn used_registry(registry: &Registry, x: u32) -> Result<u32, Error> {
    Ok(x)
}

#[circuit_breaker(name = "lints.underscore_registry", registry = _registry)]
fn underscore_registry(_registry: &Registry) -> Result<u32, Error> {
    Ok(0)
}

#[circuit_breaker(name = "lints.format", fallback = |_| Ok(format!("none for {name}")))]
fn in_format(name: &str) -> Result<String, Error> {
    Ok(String::new())
}

#[circuit_breaker(name = "lints.guard", failure(Ok(n) if *n > limit))]
fn in_guard(limit: u32, x: u32) -> Result<u32, Error> {
    Ok(x)
}

#[test]
fn an_argument_that_only_the_attribute_uses_is_not_unused() {
    let registry = Registry::new();
    assert_eq!(used_registry(&registry, 1), Ok(1));
    assert_eq!(underscore_registry(&registry), Ok(0));
    assert_eq!(in_format("x").as_deref(), Ok(""));
    breaker("lints.format").force_open("test", None);
    assert_eq!(in_format("x").as_deref(), Ok("none for x"));
    assert_eq!(in_guard(1, 2), Ok(2));
    assert_eq!(breaker("lints.guard").snapshot().totals.failures, 1);
    assert_eq!(one_line(), Ok(0));
    assert_eq!(in_parentheses(), Ok(0));
    assert_eq!(typed_line(), Ok(0));
    drop(complex());
}
