use crate::expand::tests::{about, messages};

/// What is said of `name = …`.
fn name(value: &str) -> Vec<String> {
    messages(
        &format!("name = {value}"),
        "fn pay() -> Result<(), Error> { charge() }",
    )
}

#[test]
fn a_name_is_a_string_literal() {
    let message = "expected a string literal: write `name = \"payment\"`";
    for wrong in [
        "payment",
        "5",
        "'p'",
        "b\"p\"",
        "c\"p\"",
        "concat!(\"p\")",
        "-\"p\"",
        "true",
    ] {
        assert_eq!(name(wrong), [message], "{wrong}");
    }
    assert_eq!(
        name("orders"),
        ["expected a string literal: write `name = \"orders\"`"]
    );
    assert_eq!(
        name("\"p\"x"),
        ["remove the suffix `x`: write `name = \"p\"`"]
    );
    assert_eq!(name("r#\"payment\"#"), [] as [&str; 0]);
}

#[test]
fn a_bad_name_is_one_error() {
    assert_eq!(
        name("\"\""),
        ["the name of a circuit breaker must not be empty"]
    );
    assert_eq!(name("\"pay ment\"").len(), 1);
}

#[test]
fn a_count_is_at_least_one() {
    for (key, words) in [
        ("threshold", "the threshold must be at least 1"),
        ("half_open_calls", "`half_open_calls` must be at least 1"),
        (
            "success_threshold",
            "`success_threshold` must be at least 1",
        ),
        ("probe_failures", "`probe_failures` must be at least 1"),
    ] {
        for wrong in ["0", "-1", "0u32", "-0", "0x0"] {
            assert_eq!(
                about(&format!("{key} = {wrong}")),
                [words],
                "{key} = {wrong}"
            );
        }
    }
}

#[test]
fn a_count_is_an_integer() {
    let message = "expected an integer: write `threshold = 5`";
    for wrong in [
        "\"5\"", "5.0", "\"many\"", "0.5", "'5'", "true", "\"0\"", "b'5'",
    ] {
        assert_eq!(about(&format!("threshold = {wrong}")), [message], "{wrong}");
    }
    assert_eq!(
        about("threshold = \"7\""),
        ["expected an integer: write `threshold = 7`"]
    );
    assert_eq!(
        about("threshold = 7.0"),
        ["expected an integer: write `threshold = 7`"]
    );
    assert_eq!(
        about("threshold = 5i64"),
        ["remove the suffix `i64`: write `threshold = 5`"]
    );
    assert_eq!(
        about("threshold = 99999999999"),
        ["`99999999999` is too large for a `u32`: `threshold` is at most 4294967295"]
    );
}

#[test]
fn factors_keep_their_ranges() {
    let backoff = "`backoff` must be at least 1: write `backoff = 2.0`";
    for wrong in ["0.5", "0", "-2.0", "-2", "1e400", "0.999_9"] {
        assert_eq!(about(&format!("backoff = {wrong}")), [backoff], "{wrong}");
    }
    let jitter = "`jitter` lies between 0 and 1: write `jitter = 0.1`";
    for wrong in ["2.0", "2", "-0.1", "1.000_1"] {
        assert_eq!(about(&format!("jitter = {wrong}")), [jitter], "{wrong}");
    }
    for right in [
        "backoff = 1",
        "backoff = 1.0",
        "backoff = 2f64",
        "jitter = 0",
        "jitter = 1.0",
    ] {
        assert_eq!(about(right), [] as [&str; 0], "{right}");
    }
}

#[test]
fn a_factor_is_a_number() {
    assert_eq!(
        about("backoff = \"3.5\""),
        ["expected a number: write `backoff = 3.5`"]
    );
    assert_eq!(
        about("backoff = \"fast\""),
        ["expected a number: write `backoff = 2.0`"]
    );
    assert_eq!(
        about("jitter = true"),
        ["expected a number: write `jitter = 0.1`"]
    );
    assert_eq!(
        about("jitter = 1f32"),
        ["remove the suffix `f32`: write `jitter = 1`"]
    );
}

#[test]
fn a_duration_needs_its_unit() {
    let message = "a duration needs a unit: write `open_for = \"30s\"`";
    for wrong in ["30", "-1", "0", "30u64", "-1.5"] {
        assert_eq!(about(&format!("open_for = {wrong}")), [message], "{wrong}");
    }
    assert_eq!(
        about("max_open_for = 2.5"),
        ["a duration needs a unit: write `max_open_for = \"2.5s\"`"]
    );
    assert_eq!(
        about("open_for = \"30\""),
        ["a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `30s`"]
    );
    let zero = "a duration must be longer than zero";
    assert_eq!(about("probe_timeout = \"-1s\""), [zero]);
    assert_eq!(about("probe_timeout = \"0s\""), [zero]);
    for wrong in ["'s'", "true", "-\"1s\"", "b\"1s\""] {
        let expected = "expected a duration: write `open_for = \"30s\"`";
        assert_eq!(about(&format!("open_for = {wrong}")), [expected], "{wrong}");
    }
    assert_eq!(
        about("open_for = \"1s\"x"),
        ["remove the suffix `x`: write `open_for = \"1s\"`"]
    );
}

#[test]
fn expressions_are_left_to_the_compiler() {
    let arguments = "threshold = LIMIT, open_for = Duration::from_secs(0), backoff = -FACTOR, \
                     jitter = 1.0 + 1.0, half_open_calls = (0), probe_failures = { 5 }";
    assert_eq!(about(arguments), [] as [&str; 0]);
}

#[test]
fn a_pattern_is_one_pattern_with_one_guard() {
    assert_eq!(
        about("ignore()"),
        ["expected a pattern: write `ignore(Err(_))`"]
    );
    assert_eq!(
        about("ignore(Err(A), Err(B))"),
        ["expected one pattern: join several with `|`"]
    );
    assert_eq!(
        about("failure(Err(A) Err(B))"),
        ["expected `|`, `if` or the end of the pattern"]
    );
    assert_eq!(about("success(Ok(n) if)").len(), 1);
}

#[test]
fn the_crate_is_a_path() {
    assert_eq!(
        about("crate = \"my::rt\""),
        ["expected a path: write `crate = my::rt`"]
    );
    assert_eq!(
        about("crate = 5"),
        ["expected a path: write `crate = breaker_runtime`"]
    );
    assert_eq!(
        about("crate = \"no path\""),
        ["expected a path: write `crate = breaker_runtime`"]
    );
}
