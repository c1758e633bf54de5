use super::problems;
use crate::config::file::unknown_setting;

/// The message for one line in the table of a breaker.
fn of_line(line: &str) -> String {
    let problems = problems(&format!("[breakers.payment]\n{line}\n"));
    let [problem] = problems.as_slice() else {
        panic!("{problems:?}");
    };
    problem.clone()
}

#[test]
fn a_value_of_another_type_is_reported_with_the_expected_type_and_its_own() {
    for (line, message) in [
        (
            "threshold = \"5\"",
            "13: `threshold` must be a whole number or \"off\", not a string: write `5`",
        ),
        (
            "min_calls = \"5\"",
            "13: `min_calls` must be a whole number, not a string: write `5`",
        ),
        (
            "min_calls = 5.0",
            "13: `min_calls` must be a whole number, not a float: write `5`",
        ),
        (
            "jitter = true",
            "10: `jitter` must be a number, not a boolean",
        ),
        (
            "backoff = [2]",
            "11: `backoff` must be a number, not an array",
        ),
        (
            "open_for = 30",
            "12: `open_for` must be a duration such as \"30s\", not a whole number: write `\"30ms\"` or \
             `\"30s\"`",
        ),
        (
            "open_for = 07:32:00",
            "12: `open_for` must be a duration such as \"30s\", not a date or time: write `\"452m\"`",
        ),
        (
            "open_for = { s = 3 }",
            "12: `open_for` must be a duration such as \"30s\", not a table",
        ),
        (
            "window = 0.5",
            "10: `window` must be a duration such as \"60s\" or a whole number of calls or \"off\", not a \
             float: write `\"0.5ms\"` or `\"0.5s\"`",
        ),
        (
            "latency = \"on\"",
            "11: `latency` must be `true` or `false`, not a string: write `true`",
        ),
        (
            "force = true",
            "9: `force` must be \"open\", \"closed\" or \"off\", not a boolean",
        ),
        (
            "force = \"opne\"",
            "9: `force` must be \"open\", \"closed\" or \"off\", not \"opne\"",
        ),
    ] {
        assert_eq!(of_line(line), format!("b.toml:2:{message}"));
    }
}

#[test]
fn a_value_out_of_range_is_reported_with_the_range() {
    for (line, message) in [
        ("threshold = 0", "13: `threshold` must be at least 1, not 0"),
        (
            "threshold = -5",
            "13: `threshold` must be at least 1, not -5",
        ),
        (
            "threshold = 0x1_0000_0000",
            "13: `threshold` must be at most 4294967295, not 0x1_0000_0000",
        ),
        (
            "max_keys = 99999999999999999999999999999999999999999999",
            "12: `max_keys` must be at most 4294967295, not \
             99999999999999999999999999999999999999999999",
        ),
        (
            "window = 0",
            "10: `window` must hold at least one call and be longer than zero, not 0",
        ),
        (
            "jitter = -0.1",
            "10: `jitter` must lie between 0 and 1, not -0.1",
        ),
        (
            "jitter = nan",
            "10: `jitter` must lie between 0 and 1, not nan",
        ),
        (
            "failure_rate = 50",
            "16: `failure_rate` must lie above 0 and at most 1, not 50: write `0.5`",
        ),
        (
            "backoff = 1e999",
            "11: `backoff` must be at least 1 and finite, not 1e999",
        ),
        (
            "open_for = \"0s\"",
            "12: `open_for`: a duration must be longer than zero",
        ),
        (
            "open_for = \"30\"",
            "12: `open_for`: a duration needs a unit, which is `ms`, `s`, `m` or `h`: write \
             `\"30ms\"` or `\"30s\"`",
        ),
        ("open_for = \"off\"", "12: `open_for` cannot be turned off"),
    ] {
        assert_eq!(of_line(line), format!("b.toml:2:{message}"));
    }
}

#[test]
fn an_unknown_setting_is_reported_at_its_position() {
    assert_eq!(
        of_line("  treshold = 5"),
        "b.toml:2:3: unknown setting `treshold`; did you mean `threshold`?"
    );
    assert_eq!(
        of_line("failure_threshold = 5"),
        "b.toml:2:1: unknown setting `failure_threshold`; did you mean `threshold`?"
    );
    assert_eq!(
        of_line("fallback = \"later\""),
        "b.toml:2:1: `fallback` is a setting of a function, not of its breaker: write it in \
         the attribute"
    );
}

#[test]
fn columns_are_characters() {
    assert_eq!(
        of_line("  \"größe\" = 5"),
        format!("b.toml:2:3: {}", unknown_setting("größe"))
    );
    assert_eq!(
        problems("breakers = { \"ä\" = {}, b = 1 }"),
        [
            "b.toml:1:14: character 'ä' at position 1 is not allowed in the name of a circuit \
             breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`",
            "b.toml:1:28: `breakers.b` must be a table, not a whole number",
        ]
    );
}

#[test]
fn a_name_that_breakers_cannot_have_is_a_problem() {
    assert_eq!(
        problems("[breakers.\"pay ment\"]\nthreshold = 0\n"),
        [
            "b.toml:1:11: character ' ' at position 4 is not allowed in the name of a circuit \
             breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`",
            "b.toml:2:13: `threshold` must be at least 1, not 0",
        ]
    );
    assert_eq!(
        problems("[breakers.\"\"]"),
        ["b.toml:1:11: the name of a circuit breaker must not be empty"]
    );
}

#[test]
fn a_name_with_dots_needs_quotes() {
    for (text, heads) in [
        (
            "[breakers.pay.eu]\nthreshold = 3",
            [(1, 15, "pay.eu")].as_slice(),
        ),
        (
            "[breakers.api.stripe.com]\nthreshold = 3",
            &[(1, 22, "api.stripe.com")],
        ),
        ("[breakers.a.b.c.d.e]\n", &[(1, 19, "a.b.c.d.e")]),
        (
            "[breakers]\napi.stripe.com = { threshold = 3 }",
            &[(2, 12, "api.stripe.com")],
        ),
        (
            "[breakers]\napi.stripe.com.threshold = 3",
            &[(2, 12, "api.stripe.com")],
        ),
        (
            "[breakers.api]\nstripe.com.threshold = 3",
            &[(2, 8, "api.stripe.com")],
        ),
        (
            "breakers.api.stripe.com.threshold = 3",
            &[(1, 21, "api.stripe.com")],
        ),
        (
            "breakers = { api = { stripe = { com = {} } } }",
            &[(1, 33, "api.stripe.com")],
        ),
        // Two names, one of which begins with the other.
        (
            "[breakers.api.stripe]\nthreshold = 3\n[breakers.api.stripe.com]\nthreshold = 3",
            &[(1, 15, "api.stripe"), (3, 22, "api.stripe.com")],
        ),
        // The parts of a name can be the names of settings.
        ("[breakers.api.ramp]\nthreshold = 3", &[(1, 15, "api.ramp")]),
        ("[breakers.api.force.com]\n", &[(1, 21, "api.force.com")]),
        ("[breakers.api.\"pay:x\"]\n", &[(1, 15, "api.pay:x")]),
    ] {
        let message = |(line, column, name): &(u32, u32, &str)| {
            format!(
                "b.toml:{line}:{column}: `breakers.{name}` is not the table of a breaker: quote a name \
                 that contains a dot, as in `[breakers.\"{name}\"]`"
            )
        };
        let expected: Vec<_> = heads.iter().map(message).collect();
        assert_eq!(problems(text), expected, "{text}");
    }
}

#[test]
fn a_name_with_dots_that_no_breaker_can_have_is_not_advised() {
    assert_eq!(
        problems("[breakers.api.\"pay ment\"]\n"),
        [
            "b.toml:1:15: `breakers.api.pay ment` is not the table of a breaker: character ' ' at position \
             8 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, \
             `:` and `/`"
        ]
    );
    assert_eq!(
        problems(&format!("[breakers{}]\n", ".a".repeat(70))).len(),
        1
    );
}

#[test]
fn the_table_of_a_breaker_is_not_under_default() {
    assert_eq!(
        problems("[default.payment]\nthreshold = 3\n"),
        [
            "b.toml:1:10: `default.payment` is not the table of a breaker, which is `[breakers.payment]`"
        ]
    );
    assert_eq!(
        problems("[default]\napi.com = { threshold = 3 }\n"),
        [
            "b.toml:2:5: `default.api.com` is not the table of a breaker, which is \
             `[breakers.\"api.com\"]`"
        ]
    );
}

#[test]
fn a_limit_of_calls_is_not_for_all_breakers() {
    assert_eq!(
        problems("[default]\ncall_timeout = \"1s\"\n"),
        ["b.toml:2:1: `call_timeout` cannot be set for all breakers: set it for each breaker"]
    );
}

#[test]
fn an_unknown_table_names_the_one_that_was_meant() {
    for (text, message) in [
        (
            "[breaker.payment]",
            "2: unknown table `breaker`; did you mean `breakers`?",
        ),
        (
            "[circuit_breakers.a]",
            "2: unknown table `circuit_breakers`; did you mean `breakers`?",
        ),
        (
            "[group.http]",
            "2: unknown table `group`; did you mean `groups`?",
        ),
        (
            "[configs.http]",
            "2: unknown table `configs`; did you mean `groups`?",
        ),
        (
            "[defaults]",
            "2: unknown table `defaults`; did you mean `default`?",
        ),
        (
            "[payment]",
            "2: unknown table `payment`; the table of a breaker is `[breakers.payment]`",
        ),
        (
            "[api.stripe.com]",
            "13: unknown table `api.stripe.com`; the table of a breaker is `[breakers.\"api.stripe.com\"]`",
        ),
        (
            "[\"pay:x\"]",
            "2: unknown table `pay:x`; the table of a breaker is `[breakers.\"pay:x\"]`",
        ),
        (
            "[\"p q\"]",
            "2: unknown table `p q`; the tables are `[default]`, `[groups.NAME]` and `[breakers.NAME]`",
        ),
        (
            "threshold = 5",
            "1: `threshold` is outside of any table; settings belong under `[default]`, \
             `[groups.NAME]` or `[breakers.NAME]`",
        ),
    ] {
        assert_eq!(problems(text), [format!("b.toml:1:{message}")]);
    }
}

#[test]
fn a_section_that_is_not_a_table_is_a_problem() {
    for (text, message) in [
        (
            "default = 5",
            "11: `default` must be a table, not a whole number",
        ),
        ("[[default]]", "1: `default` must be a table, not an array"),
        (
            "breakers = \"all\"",
            "12: `breakers` must be a table, not a string",
        ),
        (
            "[[breakers]]\nthreshold = 5",
            "1: `breakers` must be a table, not an array",
        ),
        (
            "breakers.payment = false",
            "20: `breakers.payment` must be a table, not a boolean",
        ),
        (
            "[[breakers.payment]]",
            "1: `breakers.payment` must be a table, not an array",
        ),
    ] {
        assert_eq!(problems(text), [format!("b.toml:1:{message}")]);
    }
}

#[test]
fn all_problems_are_reported_at_once_in_the_order_of_the_file() {
    let text = "
[breakers.zebra]
window = \"1x\"
jitter = 2
force = \"half\"

[default]
treshold = 5
open_for = 30

[breakers.ant]
min_calls = 0
max_keys = -1

[extra]
";
    assert_eq!(
        problems(text),
        [
            "b.toml:3:10: `window`: unknown unit `x`; the units are `ms`, `s`, `m` and `h`",
            "b.toml:4:10: `jitter` must lie between 0 and 1, not 2",
            "b.toml:5:9: `force` must be \"open\", \"closed\" or \"off\", not \"half\"",
            "b.toml:8:1: unknown setting `treshold`; did you mean `threshold`?",
            "b.toml:9:12: `open_for` must be a duration such as \"30s\", not a whole number: write \
             `\"30ms\"` or `\"30s\"`",
            "b.toml:12:13: `min_calls` must be at least 1, not 0",
            "b.toml:13:12: `max_keys` must be at least 1, not -1",
            "b.toml:15:2: unknown table `extra`; the table of a breaker is `[breakers.extra]`",
        ]
    );
}
