use crate::expand::tests::about;

#[test]
fn a_fallback_is_a_path() {
    for (wrong, message) in [
        (
            "\"pay_later\"",
            "expected a path: write `fallback = pay_later`",
        ),
        (
            "\"Self::queue\"",
            "expected a path: write `fallback = Self::queue`",
        ),
        (
            "\"not a path\"",
            "expected a path, such as `fallback = pay_later`",
        ),
        (
            "later()",
            "expected a path, not a call: write `fallback = later`",
        ),
        (
            "Self::later(a, b)",
            "expected a path, not a call: write `fallback = Self::later`",
        ),
        (
            "later::<u8>()",
            "expected a path, not a call, such as `fallback = pay_later`",
        ),
        (
            "self.later",
            "expected the path of the method: write `fallback = Self::later`",
        ),
        (
            "self.later()",
            "expected the path of the method: write `fallback = Self::later`",
        ),
        (
            "self.queue.later()",
            "expected a path or a closure, such as `fallback = pay_later`",
        ),
        (
            "5",
            "expected a path or a closure, not a value: write `fallback = |_| 5`",
        ),
        (
            "None",
            "expected a path or a closure, not a value: write `fallback = |_| None`",
        ),
        (
            "Ok(())",
            "expected a path or a closure, not a value: write `fallback = |_| Ok(…)`",
        ),
        (
            "crate::Answer::Later(7)",
            "expected a path or a closure, not a value: write `fallback = |_| crate::Answer::Later(…)`",
        ),
        (
            "self",
            "expected a path or a closure, such as `fallback = pay_later`",
        ),
        (
            "{ later }",
            "expected a path or a closure, such as `fallback = pay_later`",
        ),
    ] {
        assert_eq!(about(&format!("fallback = {wrong}")), [message], "{wrong}");
    }
}

#[test]
fn a_closure_takes_one_argument_and_is_not_async() {
    let message = "expected a closure with one argument, the error: write `fallback = |error| …`";
    assert_eq!(about("fallback = || 5"), [message]);
    assert_eq!(about("fallback = |a, b| 5"), [message]);
    let message = "remove `async`: the closure is inlined into the function and may use `.await`";
    assert_eq!(about("fallback = async |error| 5"), [message]);
    assert_eq!(about("fallback = async move || 5"), [message]);
}

#[test]
fn the_argument_of_an_inlined_closure_has_no_attributes() {
    let message = "remove the attribute: the closure is inlined into the function";
    for argument in ["#[cfg(a)] error", "#[a] error: E", "#[a] #[b] (x | _)"] {
        let fallback = format!("fallback = |{argument}| 5");
        assert_eq!(about(&fallback), [message], "{argument}");
    }
    assert!(about("classify = |#[allow(unused)] value| Outcome::Ignored").is_empty());
}

#[test]
fn a_classifier_is_a_path_or_a_closure() {
    for (wrong, message) in [
        ("\"judge\"", "expected a path: write `classify = judge`"),
        (
            "judge()",
            "expected a path, not a call: write `classify = judge`",
        ),
        (
            "self.judge",
            "expected the path of the method: write `classify = Self::judge`",
        ),
        (
            "5",
            "expected a path or a closure, such as `classify = judge`",
        ),
        (
            "|| x",
            "expected a closure with one argument, the returned value: write `classify = |value| …`",
        ),
        (
            "async |r| x",
            "remove `async`: a value is classified without waiting",
        ),
    ] {
        assert_eq!(about(&format!("classify = {wrong}")), [message], "{wrong}");
    }
}

#[test]
fn a_cause_is_a_path_or_a_closure_or_nothing() {
    for (wrong, message) in [
        (
            "describe()",
            "expected a path, not a call: write `cause = describe`",
        ),
        (
            "|| x",
            "expected a closure with one argument, the returned value: write `cause = |value| …`",
        ),
        (
            "async |r| x",
            "remove `async`: the cause is stated without waiting",
        ),
    ] {
        let arguments = format!("cause = {wrong}");
        assert_eq!(about(&arguments), [message], "{wrong}");
    }
}

#[test]
fn a_hint_is_a_path_or_a_closure() {
    for (wrong, message) in [
        (
            "\"retry_after\"",
            "expected a path: write `open_for_hint = retry_after`",
        ),
        (
            "hint()",
            "expected a path, not a call: write `open_for_hint = hint`",
        ),
        (
            "self.hint",
            "expected the path of the method: write `open_for_hint = Self::hint`",
        ),
        (
            "5",
            "expected a path or a closure, such as `open_for_hint = retry_after`",
        ),
        (
            "|| x",
            "expected a closure with one argument, the returned value: \
             write `open_for_hint = |value| …`",
        ),
        (
            "async |r| x",
            "remove `async`: the hint is computed without waiting",
        ),
    ] {
        let arguments = format!("open_for_hint = {wrong}");
        assert_eq!(about(&arguments), [message], "{wrong}");
    }
    for right in [
        "retry_after",
        "Self::hint",
        "|r| r.hint()",
        "|r: &R| -> H { r.hint() }",
    ] {
        let arguments = format!("open_for_hint = {right}");
        assert_eq!(about(&arguments), [] as [&str; 0], "{right}");
    }
}

#[test]
fn fallback_on_is_one_of_three_words() {
    for (wrong, word) in [
        ("\"any\"", "any"),
        ("\"error\"", "error"),
        ("Rejected", "rejected"),
    ] {
        let message = format!(
            "expected `rejected`, `error` or `any`, without quotes: write `fallback_on = {word}`"
        );
        let arguments = format!("fallback = later, fallback_on = {wrong}");
        assert_eq!(about(&arguments), [message], "{wrong}");
    }
    let message = "expected `rejected`, `error` or `any`, without quotes";
    for wrong in ["always", "any::any", "true", "any()", "\"all\""] {
        let arguments = format!("fallback = later, fallback_on = {wrong}");
        assert_eq!(about(&arguments), [message], "{wrong}");
    }
    for right in ["rejected", "error", "any"] {
        let arguments = format!("fallback = later, fallback_on = {right}");
        assert_eq!(about(&arguments), [] as [&str; 0], "{right}");
    }
}

#[test]
fn an_invalid_fallback_is_not_also_missing() {
    assert_eq!(about("fallback = 5, fallback_on = any").len(), 1);
}

#[test]
fn a_probe_is_the_path_of_a_function() {
    for (wrong, message) in [
        ("\"ping\"", "expected a path: write `probe = ping`"),
        (
            "ping()",
            "expected a path, not a call: write `probe = ping`",
        ),
        ("self.ping", "expected a path, such as `probe = ping`"),
        ("self", "expected a path, such as `probe = ping`"),
        ("5", "expected a path, such as `probe = ping`"),
        (
            "|| Ok(())",
            "expected a path, not a closure: write a function without arguments, such as `async fn ping()`",
        ),
        (
            "Self::ping",
            "`Self` is unknown where the probe is called: write the name of the type in its place",
        ),
        (
            "<Bank<Self> as Ping>::ping",
            "`Self` is unknown where the probe is called: write the name of the type in its place",
        ),
    ] {
        assert_eq!(about(&format!("probe = {wrong}")), [message], "{wrong}");
    }
    for right in [
        "ping",
        "health::ping",
        "Bank::ping",
        "ping::<Bank>",
        "<Bank as Ping>::ping",
    ] {
        assert!(about(&format!("probe = {right}")).is_empty(), "{right}");
    }
}
