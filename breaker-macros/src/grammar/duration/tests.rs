use std::time::Duration;

use super::{Mistake, parse};

const SECOND: u128 = 1_000_000_000;

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
    (
        "1.5",
        Err("a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `1.5ms` or `1.5s`"),
    ),
    (
        "30 ",
        Err("a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `30ms` or `30s`"),
    ),
    ("30sec", Err("unknown unit `sec`: write `30s`")),
    ("30S", Err("unknown unit `S`: write `30s`")),
    ("2d", Err("unknown unit `d`: write `48h`")),
    (
        "1m30s",
        Err("a duration is one number and one unit: write `90s`"),
    ),
    ("PT5S", Err("a duration is a number and a unit: write `5s`")),
    (
        ".5s",
        Err("a duration is a number and a unit: write `0.5s`"),
    ),
    (
        "30 parsecs",
        Err("unknown unit `parsecs`; the units are `ms`, `s`, `m` and `h`"),
    ),
    (
        "1\n2",
        Err("a duration is a number and a unit, such as `30s`"),
    ),
    (
        "30 s\n2",
        Err("unknown unit `s\\n2`; the units are `ms`, `s`, `m` and `h`"),
    ),
    (
        "24:00:00",
        Err("a duration is a number and a unit, such as `30s`"),
    ),
    ("", Err("a duration is a number and a unit, such as `30s`")),
    ("-", Err("a duration is a number and a unit, such as `30s`")),
    ("-1s", Err("a duration must be longer than zero")),
    ("0s", Err("a duration must be longer than zero")),
    ("0.0h", Err("a duration must be longer than zero")),
    ("0.0000001ms", Err("a duration must be longer than zero")),
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
    (
        "99999999999999999999",
        Err("a duration of `99999999999999999999` is too long"),
    ),
];

/// Texts in other notations, each with its meaning there in nanoseconds.
const NOTATIONS: &[(&str, u128)] = &[
    // ISO 8601, as in Java, Kotlin and JSON
    ("PT5S", 5 * SECOND),
    ("PT0.5S", SECOND / 2),
    ("PT1,5S", 3 * SECOND / 2),
    ("PT1M", 60 * SECOND),
    ("PT1H30M", 90 * 60 * SECOND),
    ("PT1H0M5S", 3605 * SECOND),
    ("P1D", 24 * 3600 * SECOND),
    ("P1W", 168 * 3600 * SECOND),
    ("P1DT2H", 26 * 3600 * SECOND),
    ("P0DT2H0S", 2 * 3600 * SECOND),
    ("pt250s", 250 * SECOND),
    // .NET and Python
    ("00:00:30", 30 * SECOND),
    ("00:05:00", 300 * SECOND),
    ("1:02:03", 3723 * SECOND),
    ("00:00:00.5000000", SECOND / 2),
    ("1.00:00:00", 24 * 3600 * SECOND),
    ("1:00:00:00", 24 * 3600 * SECOND),
    // Go and systemd
    ("1m30s", 90 * SECOND),
    ("1h1.5s", 3601 * SECOND + SECOND / 2),
    ("1h0m0s", 3600 * SECOND),
    ("1s1m", 61 * SECOND),
    ("2h 30m", 150 * 60 * SECOND),
    ("1min 30s", 90 * SECOND),
    ("1 hour, 30 minutes", 90 * 60 * SECOND),
    ("1 minute and 1 second", 61 * SECOND),
    ("1h0m1ms", 3600 * SECOND + SECOND / 1000),
    ("1ms500us", SECOND / 1000 * 3 / 2),
    // Other units
    ("2d", 48 * 3600 * SECOND),
    ("1.5 days", 36 * 3600 * SECOND),
    ("1w", 168 * 3600 * SECOND),
    ("1w1d", 192 * 3600 * SECOND),
    ("500us", SECOND / 2000),
    ("500µs", SECOND / 2000),
    ("500μs", SECOND / 2000),
    ("250ns", 250),
    ("30S", 30 * SECOND),
    ("1.5minutes", 90 * SECOND),
    ("2 Hours", 2 * 3600 * SECOND),
    ("100millis", SECOND / 10),
    ("10.seconds", 10 * SECOND),
    // Other numbers
    (".5s", SECOND / 2),
    ("5.s", 5 * SECOND),
    ("+5s", 5 * SECOND),
    ("1_000ms", SECOND),
    ("1,5s", 3 * SECOND / 2),
    ("0,125s", SECOND / 8),
    ("1,000,000ms", 1000 * SECOND),
    ("1,000.5ms", SECOND + SECOND / 2000),
    ("1e3ms", SECOND),
    ("1.5e+3ms", 3 * SECOND / 2),
    ("25e-1s", 5 * SECOND / 2),
    // Space and quotes around the text
    (" 1s", SECOND),
    ("1s\n", SECOND),
    ("\"30s\"", 30 * SECOND),
    ("'PT30S'", 30 * SECOND),
];

/// Texts whose meaning depends on something that only their writer knows, or that have none.
const UNCLEAR: &[&str] = &[
    "",
    "s",
    "soon",
    "off",
    "never",
    "+",
    ".",
    ".s",
    "P",
    "PT",
    "P1M",
    "P1Y",
    "PT5",
    "PTS",
    "P1S",
    "PT5M5M",
    "1s2s",
    "1,000ms",
    "00:05",
    "1:30",
    "24:00:00",
    "00:60:00",
    "00:00:60",
    "1:2:3:4:5",
    "0x10s",
    "1e99s",
    "1m1",
    "1.5.5s",
    "1..5s",
    "30 s s",
    "30-60s",
    "Duration::from_secs(5)",
    "1h18446744073709551616000000000000000000000s",
];

fn message(text: &str) -> Result<u128, String> {
    let parsed = parse(text).map(|duration| duration.as_nanos());
    parsed.map_err(|mistake| mistake.message(str::to_owned))
}

/// Returns what a message says to write.
fn advised(message: &str) -> Vec<&str> {
    let advice = message.split_once(": write ").map(|(_, advice)| advice);
    let parts = advice.unwrap_or_default().split('`');
    parts.skip(1).step_by(2).collect()
}

#[test]
fn each_text_is_a_duration_or_a_mistake_with_a_message() {
    for (text, expected) in DURATIONS {
        assert_eq!(message(text), expected.map_err(str::to_owned), "{text:?}");
    }
}

#[test]
fn the_advice_about_another_notation_has_its_meaning() {
    for (text, meaning) in NOTATIONS {
        let message = message(text).expect_err(text);
        let advised = advised(&message);
        let meant = advised
            .iter()
            .map(|text| parse(text).map(|it| it.as_nanos()));
        assert_eq!(
            meant.collect::<Vec<_>>(),
            [Ok(*meaning)],
            "{text:?}: {message}"
        );
    }
}

#[test]
fn a_number_without_a_unit_has_two_meanings() {
    for (text, forms) in [
        ("60000", ["60000ms", "60000s"]),
        ("30.", ["30ms", "30s"]),
        (".5", ["0.5ms", "0.5s"]),
        ("+5", ["5ms", "5s"]),
        ("5_000", ["5000ms", "5000s"]),
        ("1e3", ["1000ms", "1000s"]),
        ("\"30\"", ["30ms", "30s"]),
    ] {
        let message = message(text).expect_err(text);
        assert_eq!(advised(&message), forms, "{text:?}: {message}");
    }
}

#[test]
fn a_text_without_one_meaning_gets_no_advice() {
    for text in UNCLEAR {
        let message = message(text).expect_err(text);
        assert_eq!(advised(&message), [""; 0], "{text:?}: {message}");
    }
}

#[test]
fn what_is_not_longer_than_zero_gets_no_advice() {
    for text in [
        "0", "0.0", "-1", "-30s", "--1s", "-2 Hours", "-PT5S", "PT0S", "00:00:00", "0 sec",
    ] {
        let expected = "a duration must be longer than zero";
        assert_eq!(message(text), Err(expected.to_owned()), "{text:?}");
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
    assert_eq!(parse(&text), Err(Mistake::NotPositive));
}
