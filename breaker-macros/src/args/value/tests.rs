use crate::expand::tests::{about, messages};

/// Returns the errors for `name = …`.
fn name(value: &str) -> Vec<String> {
    messages(
        &format!("name = {value}"),
        "fn pay() -> Result<(), Error> { charge() }",
    )
}

#[test]
fn a_name_is_a_string_literal_or_the_path_of_a_constant() {
    let message =
        "expected a string literal or the path of a constant, such as `name = \"payment\"`";
    for wrong in [
        "concat!(\"p\")",
        "-\"p\"",
        "-NAME",
        "name()",
        "größe",
        "' '",
    ] {
        assert_eq!(name(wrong), [message], "{wrong}");
    }
    for (wrong, text) in [
        ("orders", "orders"),
        ("5", "5"),
        ("'p'", "p"),
        ("b\"p\"", "p"),
        ("c\"p\"", "p"),
        ("true", "true"),
    ] {
        let message = format!(
            "expected a string literal or the path of a constant: write `name = \"{text}\"`"
        );
        assert_eq!(name(wrong), [message], "{wrong}");
    }
    assert_eq!(
        name("\"p\"x"),
        ["remove the suffix `x`: write `name = \"p\"`"]
    );
    for right in [
        "r#\"payment\"#",
        "NAME",
        "a::b",
        "A::<u8>::B",
        "<A as B>::C",
    ] {
        assert_eq!(name(right), [] as [&str; 0], "{right}");
    }
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
fn a_pattern_is_one_pattern_with_one_guard() {
    assert_eq!(
        about("ignore()"),
        ["expected a pattern, such as `ignore(Err(_))`"]
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
        ["expected a path, such as `crate = breaker_runtime`"]
    );
    assert_eq!(
        about("crate = \"no path\""),
        ["expected a path, such as `crate = breaker_runtime`"]
    );
    // The expansion names macros by this path, and the path of a macro cannot contain types.
    for wrong in ["rt::<u8>", "Self", "Self::rt", "\"rt::<u8>\""] {
        assert_eq!(
            about(&format!("crate = {wrong}")),
            ["expected a path, such as `crate = breaker_runtime`"],
            "{wrong}"
        );
    }
}
