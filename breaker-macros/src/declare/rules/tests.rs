use crate::expand::tests::{about, messages};

/// Returns the errors of these arguments on this function.
fn on(arguments: &str, signature: &str) -> Vec<String> {
    let arguments = format!("name = \"payment\", {arguments}");
    messages(&arguments, &format!("{signature} {{ charge() }}"))
}

const NONE: [&str; 0] = [];

#[test]
fn classify_excludes_patterns() {
    let message = "`classify` cannot be combined with `failure(…)`: move the pattern into `classify`, \
                   or remove `classify`";
    assert_eq!(about("classify = judge, failure(Err(_))"), [message]);
}

#[test]
fn fallback_on_needs_a_fallback() {
    let message = "`fallback_on` needs `fallback`: add one, such as `fallback = pay_later`, or remove `fallback_on`";
    assert_eq!(about("fallback_on = any"), [message]);
}

#[test]
fn a_function_is_not_its_own_fallback() {
    let message = "`pay` cannot be its own fallback: name another function";
    for path in ["pay", "Self::pay", "self::pay", "pay::<u8>", "r#pay"] {
        let arguments = format!("fallback = {path}");
        assert_eq!(
            on(&arguments, "fn pay() -> Result<(), E>"),
            [message],
            "{path}"
        );
    }
    for path in [
        "Self::later",
        "other::pay",
        "super::pay",
        "::pay",
        "<S as T>::pay",
    ] {
        let arguments = format!("fallback = {path}");
        assert_eq!(on(&arguments, "fn pay() -> Result<(), E>"), NONE, "{path}");
    }
}

#[test]
fn a_method_may_have_a_free_function_of_its_name_as_fallback() {
    let method = "fn pay(&self) -> Result<(), E>";
    assert_eq!(on("fallback = pay", method), NONE);
    assert_eq!(on("fallback = self::pay", method), NONE);
    assert_eq!(on("fallback = Self::pay", method).len(), 1);
}

#[test]
fn a_path_gets_few_conditional_arguments() {
    let message = "a path as fallback supports at most 6 arguments with `#[cfg(…)]`: \
                   write `fallback = |error| …`";
    let signature = |conditional: usize| {
        let arguments = "#[cfg(a)] x: u8, y: u8, ".repeat(conditional);
        format!("fn pay({arguments}) -> Result<(), E>")
    };
    assert_eq!(on("fallback = later", &signature(6)), NONE);
    assert_eq!(on("fallback = later", &signature(7)), [message]);
    assert_eq!(on("fallback = later", &signature(60)), [message]);
    assert_eq!(on("fallback = |error| Err(error)", &signature(60)), NONE);
}

#[test]
fn a_function_that_returns_nothing_needs_a_classifier() {
    let message = "cannot tell success from failure for the return type `()`: return a `Result`, \
                   or add `failure(…)` or `classify = …`";
    for signature in [
        "fn pay()",
        "fn pay() -> ()",
        "async fn pay()",
        "fn pay() -> impl Future<Output = ()>",
        "fn pay() -> Pin<Box<dyn Future<Output = ()>>>",
    ] {
        assert_eq!(on("", signature), [message], "{signature}");
        assert_eq!(on("classify = judge", signature), NONE, "{signature}");
        assert_eq!(on("failure = ()", signature).len(), 1, "{signature}");
    }
    // The last one may be an alias whose output is a `Result<(), Error>`.
    for other in ["u8", "(u8, u8)", "(Receipt,)", "BoxFuture<'static, ()>"] {
        assert_eq!(on("", &format!("fn pay() -> {other}")), NONE, "{other}");
    }
}

#[test]
fn a_constant_is_the_same_for_all_instances() {
    let message = |word: &str| {
        format!(
            "one breaker serves all instances: write a concrete type or constant instead of `{word}`"
        )
    };
    for signature in ["fn pay<T, const N: u32>() -> R"] {
        for (value, word) in [
            ("Self::LIMIT", "Self"),
            ("N", "N"),
            ("T::LIMIT", "T"),
            ("f::<T>()", "T"),
            ("<T as Limit>::N", "T"),
            ("1 + (N)", "N"),
            ("Limits { one: N }.one", "N"),
            ("Limits { one: ::zero::<N>() }.one", "N"),
        ] {
            assert_eq!(
                on(&format!("threshold = {value}"), signature),
                [message(word)],
                "{value}"
            );
        }
        for value in ["LIMIT", "limits::N", "LIMITS.N", "self::LIMIT", "Nn"] {
            assert_eq!(
                on(&format!("threshold = {value}"), signature),
                NONE,
                "{value}"
            );
        }
    }
    let both = on("threshold = Self::N, open_for = Self::M", "fn pay() -> R");
    assert_eq!(both, [message("Self"), message("Self")]);
    for arguments in [
        "window = Self::N, failure_rate = 0.5",
        "window = 100, failure_rate = Self::N",
        "slow_call = Self::N",
        "cancel_after = Self::N",
        "call_timeout = Self::N",
    ] {
        assert_eq!(
            on(arguments, "async fn pay() -> R"),
            [message("Self")],
            "{arguments}"
        );
    }
}

#[test]
fn call_timeout_needs_a_future() {
    let message = "a synchronous call cannot be stopped: `call_timeout` needs an `async fn`, or a return \
                   type that shows the future, such as `Pin<Box<dyn Future<Output = …>>>`";
    for signature in [
        "fn pay() -> R",
        "fn pay() -> impl Iterator<Item = R>",
        "fn pay() -> Pin<Box<R>>",
    ] {
        assert_eq!(
            on("call_timeout = \"2s\"", signature),
            [message],
            "{signature}"
        );
    }
    for signature in [
        "async fn pay() -> R",
        "fn pay() -> impl Future<Output = R>",
        "fn pay() -> Pin<Box<dyn Future<Output = R>>>",
        "fn pay() -> BoxFuture<'static, R>",
    ] {
        assert_eq!(on("call_timeout = \"2s\"", signature), NONE, "{signature}");
        assert_eq!(
            on("call_timeout = 2", signature),
            [
                "a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `call_timeout = \"2ms\"` or \
                 `call_timeout = \"2s\"`"
            ]
        );
    }
}

#[test]
fn a_mutable_argument_that_is_returned_is_an_error() {
    let message = "`buffer` cannot be passed to the fallback: the return type borrows from it; \
                   use `fallback_on = rejected`";
    for signature in [
        "fn pay(buffer: &mut Vec<u8>) -> Result<&u8, E>",
        "fn pay<'a>(buffer: &'a mut Vec<u8>, n: &u8) -> Result<&'a u8, E>",
        "fn pay<'a>(&self, buffer: &'a mut Vec<u8>) -> Result<Guard<'a>, E>",
        "async fn pay(buffer: &mut Vec<u8>) -> Result<Guard<'_>, E>",
        "fn pay<'a>(buffer: &'a mut Vec<u8>) -> impl Iterator<Item = &u8> + 'a",
    ] {
        for word in ["error", "any"] {
            let arguments = format!("fallback = later, fallback_on = {word}");
            assert_eq!(on(&arguments, signature), [message], "{signature}");
        }
        assert_eq!(on("fallback = later", signature), NONE, "{signature}");
        assert_eq!(
            on("fallback = later, fallback_on = rejected", signature),
            NONE
        );
    }
}

#[test]
fn a_mutable_receiver_that_is_returned_is_an_error() {
    let message = "`self` cannot be passed to the fallback: the return type borrows from it; \
                   use `fallback_on = rejected`";
    let arguments = "fallback = Self::later, fallback_on = any";
    for signature in [
        "fn pay(&mut self, buffer: &mut u8) -> Result<&u8, E>",
        "fn pay(self: &mut Self) -> &u8",
    ] {
        assert_eq!(on(arguments, signature), [message], "{signature}");
    }
}

#[test]
fn a_mutable_argument_that_is_not_returned_reaches_the_fallback() {
    let arguments = "fallback = later, fallback_on = any";
    for signature in [
        "fn pay(buffer: &mut Vec<u8>) -> Result<u8, E>",
        "fn pay(&self, buffer: &mut Vec<u8>) -> Result<&u8, E>",
        "fn pay<'a>(buffer: &mut Vec<u8>, n: &'a u8) -> Result<&'a u8, E>",
        "fn pay(buffer: &'static mut Vec<u8>, n: &u8) -> &u8",
        "fn pay(buffer: &mut Vec<u8>) -> Result<&'static str, E>",
        "fn pay(buffer: &mut Vec<u8>) -> Box<dyn Fn(&u8) -> &u8>",
        "fn pay(buffer: &mut Vec<u8>) -> fn(&u8) -> &u8",
    ] {
        assert_eq!(on(arguments, signature), NONE, "{signature}");
    }
}

#[test]
fn a_returned_future_holds_its_mutable_arguments() {
    let message = "`buffer` cannot be passed to the fallback: the returned future holds it; \
                   make the function an `async fn`";
    for signature in [
        "fn pay(buffer: &mut u8) -> impl Future<Output = R>",
        "fn pay(buffer: &mut u8) -> BoxFuture<'_, R>",
    ] {
        assert_eq!(on("fallback = later", signature), [message], "{signature}");
        assert_eq!(on("", signature), NONE, "{signature}");
    }
}

#[test]
fn a_breaker_guards_a_function_once() {
    let attribute = "name = \"payment\"";
    let twice = |name: &str, path: &str| {
        format!("#[inline] #[{path}(threshold = 5, name = \"{name}\")] fn pay() -> R {{}}")
    };
    let message = "`payment` already guards this function: remove one of the two attributes";
    assert_eq!(
        messages(attribute, &twice("payment", "circuit_breaker")),
        [message]
    );
    assert_eq!(
        messages(attribute, &twice("payment", "a::circuit_breaker")),
        [message]
    );
    assert_eq!(
        messages(attribute, &twice("orders", "circuit_breaker")),
        NONE
    );
    assert_eq!(messages(attribute, &twice("payment", "instrument")), NONE);
}
