use proptest::prelude::*;

use super::{BadDuration, Unit, read_duration, read_time};

#[test]
fn each_notation_of_one_time_is_the_same_instant() {
    // As `date --date=… +%s` says.
    let nanos = 1_793_696_400_250_000_000;
    for text in [
        "2026-11-03T09:00:00.25Z",
        "2026-11-03T10:00:00.250+01:00",
        "2026-11-03 09:00:00.250",
        "[2026-11-03T09:00:00.250Z]",
        "2026-11-03T10:00:00.250+01:00[Europe/Paris]",
        "1793696400.25",
        "1793696400250",
        "1793696400250000",
        "1793696400250000000",
    ] {
        assert_eq!(read_time(text, None), Ok(nanos), "{text}");
    }
    let whole = Ok(nanos - 250_000_000);
    assert_eq!(read_time("03/Nov/2026:10:00:00 +0100", None), whole);
    assert_eq!(read_time("[03/Nov/2026:01:00:00 -0800]", None), whole);
}

#[test]
fn a_unit_decides_over_the_size_of_a_unix_time() {
    assert_eq!(read_time("1500", Some(Unit::Millis)), Ok(1_500_000_000));
    assert_eq!(read_time("1500", None), Ok(1_500_000_000_000));
}

#[test]
fn what_is_no_time_is_rejected() {
    assert_eq!(read_time("-", None), Err("is empty"));
    for text in [
        "yesterday",
        "2026-13-01T00:00:00Z",
        "10:00",
        "1.2.3",
        "99/Foo/2026:10:00:00 +0000",
    ] {
        let error = read_time(text, None).expect_err("a mistake");
        assert!(error.starts_with("is not a time"), "{text}: {error}");
    }
    for text in [
        "1969-12-31T23:59:59Z",
        "2400-01-01T00:00:00Z",
        "99999999999999999999",
    ] {
        let error = read_time(text, None).expect_err("a mistake");
        assert!(error.starts_with("is out of range"), "{text}: {error}");
    }
}

#[test]
fn durations_have_their_unit_or_that_of_the_column() {
    for (text, unit, nanos) in [
        ("12ms", None, 12_000_000),
        ("0.25s", None, 250_000_000),
        ("1.5 us", None, 1_500),
        ("250µs", None, 250_000),
        ("2m", None, 120_000_000_000),
        ("PT0.25S", None, 250_000_000),
        ("0.004", Some(Unit::Seconds), 4_000_000),
        (".5", Some(Unit::Seconds), 500_000_000),
        ("7", Some(Unit::Nanos), 7),
        ("12ms", Some(Unit::Seconds), 12_000_000),
        ("1.5e-3", Some(Unit::Seconds), 1_500_000),
        ("0.002, 0.010", Some(Unit::Seconds), 12_000_000),
        ("0.002 : 0.010, -", Some(Unit::Seconds), 12_000_000),
    ] {
        assert_eq!(read_duration(text, unit), Ok(nanos), "{text}");
    }
}

#[test]
fn a_duration_without_a_unit_or_sense_is_rejected() {
    assert_eq!(read_duration("12", None), Err(BadDuration::NoUnit));
    assert_eq!(read_duration("", None), Err(BadDuration::Other("is empty")));
    assert_eq!(
        read_duration("-1ms", None),
        Err(BadDuration::Other("is negative"))
    );
    for text in ["fast", "12 parsecs", "1.2.3s", "PT"] {
        let error = read_duration(text, Some(Unit::Seconds)).expect_err("a mistake");
        assert!(
            matches!(error, BadDuration::Other(it) if it.starts_with("is not a duration")),
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn a_written_time_is_read_exactly(nanos in 0..i64::MAX) {
        let time = jiff::Timestamp::from_nanosecond(i128::from(nanos)).expect("in range");
        prop_assert_eq!(read_time(&time.to_string(), None), Ok(nanos));
        let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        prop_assert_eq!(read_time(&format!("{seconds}.{rest:09}"), None), Ok(nanos));
    }

    #[test]
    fn a_written_duration_is_read_exactly(nanos: u64) {
        prop_assert_eq!(read_duration(&format!("{nanos}ns"), None), Ok(nanos));
        let (millis, rest) = (nanos / 1_000_000, nanos % 1_000_000);
        prop_assert_eq!(read_duration(&format!("{millis}.{rest:06}"), Some(Unit::Millis)), Ok(nanos));
    }
}
