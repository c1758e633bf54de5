use std::time::Duration;

use super::parse;

/// Texts, each with its duration in nanoseconds or the message about it.
const DURATIONS: &[(&str, Result<u128, &str>)] = &[
    ("1ms", Ok(1_000_000)),
    ("250ms", Ok(250_000_000)),
    ("30s", Ok(30_000_000_000)),
    ("2m", Ok(120_000_000_000)),
    ("1h", Ok(3_600_000_000_000)),
    ("1.5s", Ok(1_500_000_000)),
    ("0.5ms", Ok(500_000)),
    ("0.25h", Ok(900_000_000_000)),
    ("30 s", Ok(30_000_000_000)),
    ("30   ms", Ok(30_000_000)),
    ("007s", Ok(7_000_000_000)),
    // Fractions of a nanosecond are cut off.
    ("1.0000000019s", Ok(1_000_000_001)),
    (
        "1.0000000000000000000000000000000000000000000000000000000001s",
        Ok(1_000_000_000),
    ),
    (
        "18446744073709551615s",
        Ok(18_446_744_073_709_551_615_000_000_000),
    ),
    ("", Err("a duration is a number and a unit: write `30s`")),
    ("s", Err("a duration is a number and a unit: write `30s`")),
    (".5s", Err("a duration is a number and a unit: write `30s`")),
    ("+1s", Err("a duration is a number and a unit: write `30s`")),
    (" 1s", Err("a duration is a number and a unit: write `30s`")),
    ("--1s", Err("a duration must be longer than zero")),
    ("-", Err("a duration is a number and a unit: write `30s`")),
    (
        "30",
        Err("a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `30s`"),
    ),
    (
        "30 ",
        Err("a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `30s`"),
    ),
    (
        "1.5",
        Err("a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `1.5s`"),
    ),
    (
        "30 parsecs",
        Err("unknown unit `parsecs`; the units are `ms`, `s`, `m` and `h`"),
    ),
    ("30S", Err("unknown unit `S`: write `30s`")),
    ("30s ", Err("unknown unit `s `: write `30s`")),
    ("30 sec", Err("unknown unit `sec`: write `30s`")),
    ("1.5minutes", Err("unknown unit `minutes`: write `1.5m`")),
    ("-2 Hours", Err("unknown unit `Hours`: write `2h`")),
    ("100millis", Err("unknown unit `millis`: write `100ms`")),
    (
        "1m30s",
        Err("a duration is one number and one unit: write `90s`"),
    ),
    (
        "2h 30m",
        Err("a duration is one number and one unit: write `150m`"),
    ),
    (
        "1m 30 s",
        Err("a duration is one number and one unit: write `90s`"),
    ),
    ("0 sec", Err("a duration must be longer than zero")),
    ("0m0s", Err("a duration must be longer than zero")),
    (
        "1h0m1ms",
        Err("a duration is one number and one unit: write `3600001ms`"),
    ),
    (
        "1s1m",
        Err("unknown unit `s1m`; the units are `ms`, `s`, `m` and `h`"),
    ),
    (
        "1m1",
        Err("unknown unit `m1`; the units are `ms`, `s`, `m` and `h`"),
    ),
    (
        "1m1.5s",
        Err("unknown unit `m1.5s`; the units are `ms`, `s`, `m` and `h`"),
    ),
    (
        "1h18446744073709551616000000000000000000000s",
        Err(
            "unknown unit `h18446744073709551616000000000000000000000s`; the units are `ms`, `s`, `m` and `h`",
        ),
    ),
    (
        "1.s",
        Err("unknown unit `.s`; the units are `ms`, `s`, `m` and `h`"),
    ),
    (
        "1e3s",
        Err("unknown unit `e3s`; the units are `ms`, `s`, `m` and `h`"),
    ),
    (
        "30\n",
        Err("unknown unit `\\n`; the units are `ms`, `s`, `m` and `h`"),
    ),
    ("-1s", Err("a duration must be longer than zero")),
    ("0s", Err("a duration must be longer than zero")),
    ("0.0h", Err("a duration must be longer than zero")),
    ("0.0000001ms", Err("a duration must be longer than zero")),
    (
        "-1 parsecs",
        Err("unknown unit `parsecs`; the units are `ms`, `s`, `m` and `h`"),
    ),
    (
        "18446744073709551616s",
        Err("a duration of `18446744073709551616s` is too long"),
    ),
    (
        "18446744073709551615h",
        Err("a duration of `18446744073709551615h` is too long"),
    ),
    (
        "99999999999999999999999ms",
        Err("a duration of `99999999999999999999999ms` is too long"),
    ),
];

#[test]
fn each_text_is_a_duration_or_a_mistake_with_a_message() {
    for (text, expected) in DURATIONS {
        let parsed = parse(text).map(|duration| duration.as_nanos());
        assert_eq!(parsed, expected.map_err(str::to_owned), "{text:?}");
    }
}

#[test]
fn the_longest_duration_is_that_of_the_standard_library() {
    let longest = format!("{}.999999999s", u64::MAX);
    assert_eq!(parse(&longest), Ok(Duration::MAX));
}

#[test]
fn a_long_row_of_minus_signs_causes_no_deep_recursion() {
    let signs = if cfg!(miri) { 100 } else { 100_000 };
    let text = "-".repeat(signs) + "1s";
    assert_eq!(
        parse(&text),
        Err("a duration must be longer than zero".to_owned())
    );
}
