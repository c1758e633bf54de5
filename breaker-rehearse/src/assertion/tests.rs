use std::time::{Duration, SystemTime};

use breaker_runtime::FailureKind;
use breaker_runtime::rehearsal::{Call, CallOutcome, Candidate, Report, rehearse};

use super::Assertion;

/// 2026-11-03T10:00:00Z in seconds since 1970.
const TEN: u64 = 1_793_700_000;

/// A call each second for three minutes; those of some seconds failed.
fn report_of(candidate: &str, failures: &[(u64, u64)]) -> Report {
    let calls = (0..180).map(|second| {
        let began = SystemTime::UNIX_EPOCH + Duration::from_secs(TEN + second);
        let outcome = if failures
            .iter()
            .any(|(from, to)| (*from..*to).contains(&second))
        {
            CallOutcome::Failure(FailureKind::Returned)
        } else {
            CallOutcome::Success
        };
        Ok(Call::new(began, Duration::from_millis(100), outcome))
    });
    let candidate = Candidate::parse(candidate).expect("a candidate");
    rehearse(calls, candidate).expect("a trace")
}

/// The calls of the seconds 20 to 39 failed. The circuit opens once, at second 22.
fn report() -> Report {
    report_of(r#"three: threshold = 3, open_for = "25s""#, &[(20, 40)])
}

fn holds(text: &str) -> bool {
    let assertion: Assertion = text.parse().expect("an assertion");
    assertion.check(&report()).is_ok()
}

fn mistake(text: &str) -> (usize, String) {
    let error = text.parse::<Assertion>().expect_err("a mistake");
    (error.column, error.message)
}

#[test]
fn figures_are_compared_with_numbers_percentages_and_durations() {
    for text in [
        "openings == 1",
        "openings != 2 && rejected > 0",
        "rejected_failed <= 17 and rejected_failed >= 17",
        "share_rejected < 50 % && share_rejected > 0.1",
        "time_open > 20s && time_open < \"1m\"",
        "!(openings == 0) || openings == 7",
    ] {
        assert!(holds(text), "{text}");
    }
    assert!(!holds("openings == 2"));
    assert!(!holds("!(openings == 1)"));
    assert!(holds("openings == 7 || openings == 1 && rejected > 0"));
    assert!(!holds("(openings == 7 || openings == 1) && rejected == 0"));
}

#[test]
fn functions_count_within_an_interval() {
    assert!(holds(r#"openings_within("2026-11-03T10:00/1m") == 1"#));
    assert!(holds(r#"openings_within("2026-11-03T10:01/12:00") == 0"#));
    assert!(holds(
        r#"open_within("2026-11-03T10:00:30/1s") && !open_within("2026-11-03T10:00/20s")"#
    ));
}

#[test]
fn a_failed_assertion_shows_the_value_of_each_term() {
    let assertion: Assertion =
        r#"openings  == 0 && openings_within("2026-11-03T10:00/12:00") >= 2 && openings < 5"#
            .parse()
            .expect("an assertion");
    let failed = assertion.check(&report()).expect_err("a failure");
    assert_eq!(
        failed.to_string(),
        "`three` does not meet `openings == 0 && openings_within(\"2026-11-03T10:00/12:00\") >= 2 && openings < 5`\n  \
         openings is 1\n  openings_within(\"2026-11-03T10:00/12:00\") is 1"
    );
}

#[test]
fn a_delay_that_does_not_exist_meets_no_comparison_and_no_negation() {
    let check = |candidate: &str, text: &str| {
        let assertion: Assertion = text.parse().expect("an assertion");
        assertion.check(&report_of(candidate, &[(20, 40)])).is_ok()
    };
    assert!(check("three: threshold = 3", "opening_delay < 30s"));
    for text in [
        "opening_delay < 30s",
        "opening_delay > 30s",
        "!(opening_delay > 30s)",
        "!(opening_delay < 30s)",
    ] {
        assert!(!check("never: threshold = 1000", text), "{text}");
    }
    // What is known decides if it suffices.
    assert!(check(
        "never: threshold = 1000",
        "openings == 0 || opening_delay < 30s"
    ));
    assert!(!check(
        "never: threshold = 1000",
        "openings == 1 && opening_delay < 30s"
    ));
}

#[test]
fn an_outage_without_an_opening_makes_the_longest_delay_never() {
    // Twenty failures in a row open the circuit; there are only eleven in the second outage.
    let report = report_of(
        "twenty: threshold = 20, open_for = \"5s\"",
        &[(20, 60), (120, 131)],
    );
    assert_eq!((report.outages.len(), report.missed_outages()), (2, 1));
    for text in ["opening_delay < 1h", "recovery_delay < 1h"] {
        let assertion: Assertion = text.parse().expect("an assertion");
        let failed = assertion.check(&report).expect_err("a failure");
        assert_eq!(failed.values[0].1, "never", "{text}");
    }
    let calm = report_of("twenty: threshold = 20", &[]);
    let assertion: Assertion = "opening_delay < 1h".parse().expect("an assertion");
    assert_eq!(
        assertion.check(&calm).expect_err("a failure").values[0].1,
        "unknown"
    );
}

#[test]
fn mistakes_point_at_their_column() {
    for (text, column, message) in [
        ("", 1, "the assertion is empty"),
        ("openings = 0", 10, "`=` has no meaning here: `==` compares"),
        (
            "openings == 0 &",
            15,
            "`&` has no meaning here: `&&` is and",
        ),
        (
            "opening == 0",
            1,
            "there is no figure `opening`; did you mean `openings`?",
        ),
        ("openings == 0 && ", 17, "the assertion ends too early"),
        (
            "openings == 0 rejected",
            15,
            "`&&` or `||` is missing before this",
        ),
        (
            "openings",
            1,
            "this is a number, not a condition: compare it, as in `openings == 0`",
        ),
        (
            "openings == 30s",
            13,
            "this is a duration, but it is compared with a number",
        ),
        (
            "time_open < 30",
            13,
            "this is a number, but it is compared with a duration: write it with a unit, as in `30s`",
        ),
        (
            "time_open < \"long\"",
            13,
            "\"long\" is not a duration, as \"30s\" is",
        ),
        ("0 < openings < 5", 14, "join two comparisons with `&&`"),
        ("(openings == 0", 1, "this `(` is not closed"),
        ("openings == 0)", 14, "this `)` closes nothing"),
        (
            "openings == 3x",
            13,
            "`3x` is neither a number nor a duration, as `30s` and `1.5h` are",
        ),
        ("openings == \"3", 13, "the quote is not closed"),
        (
            "== 0",
            1,
            "a figure or a number is missing before this `==`",
        ),
        (
            "openings_within == 0",
            1,
            "`openings_within` takes an interval: `openings_within(\"2026-11-03T10:00/12:00\")`",
        ),
        (
            "openings_within(3) == 0",
            17,
            "`openings_within` takes an interval in quotes: `openings_within(\"2026-11-03T10:00/12:00\")`",
        ),
        (
            "openings_within(\"noon/1h\") == 0",
            17,
            "`noon` is not a time: write `2026-11-03T10:00`, which is UTC, or `2026-11-03T10:00+01:00`",
        ),
        (
            "openings_in(\"2026-11-03\") == 0",
            1,
            "there is no function `openings_in`; did you mean `openings_within`?; there are openings_within, \
             false_openings_within, open_within",
        ),
    ] {
        assert_eq!(mistake(text), (column, message.to_owned()), "{text}");
    }
    let deep = format!("{}openings == 0", "!(".repeat(200));
    assert_eq!(mistake(&deep).1, "the assertion is nested too deeply");
    let error = "openings =  0".parse::<Assertion>().expect_err("a mistake");
    assert_eq!(
        error.to_string(),
        "column 10: `=` has no meaning here: `==` compares\n  openings = 0\n           ^"
    );
}

#[test]
fn durations_are_rounded_to_two_units() {
    for (millis, text) in [
        (0, "0s"),
        (20, "20.000ms"),
        (1_040, "1.0s"),
        (59_960, "1m"),
        (60_400, "1m"),
        (61_000, "1m 1s"),
        (3_599_600, "1h"),
        (3_600_000 + 89_000, "1h 1m"),
        (86_399_000, "1d"),
        (172_799_000, "2d"),
        (176_400_000, "2d 1h"),
    ] {
        assert_eq!(super::brief(Duration::from_millis(millis)), text);
    }
}

#[test]
fn nothing_is_known_of_a_time_that_the_trace_does_not_have() {
    for text in [
        "openings_within(\"2031-01-01T10:00/12:00\") == 0",
        "!(openings_within(\"2031-01-01T10:00/12:00\") > 0)",
        "!open_within(\"2020-01-01\")",
    ] {
        assert!(!holds(text), "{text}");
    }
}
