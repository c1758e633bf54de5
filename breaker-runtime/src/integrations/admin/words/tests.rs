use std::time::{Duration, SystemTime};

use super::{Lasts, count, instant, ordinal, percent, plural, rate, time_of_day};

#[test]
fn counts_have_commas_and_nouns_their_number() {
    assert_eq!(count(999), "999");
    assert_eq!(count(1_234_567), "1,234,567");
    assert_eq!(plural(1, "call"), "1 call");
    assert_eq!(plural(2381, "call"), "2,381 calls");
    assert_eq!(plural(2, "more success"), "2 more successes");
}

#[test]
fn ordinals_end_as_in_english() {
    let written = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal);
    let expected = [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
    ];
    assert_eq!(written, expected);
}

#[test]
fn a_share_below_one_never_becomes_100_percent() {
    let written = [0.0, 0.0004, 0.003, 0.65, 0.998, 0.9999, 1.0].map(percent);
    let expected = ["0 %", "<0.1 %", "0.3 %", "65 %", "99 %", "99 %", "100 %"];
    assert_eq!(written, expected);
}

#[test]
fn rates_have_the_digits_that_say_something() {
    let written = [0.0, 0.01, 0.3, 4.0, 41.6, 412.3, 9123.0, 2.5e6].map(rate);
    let expected = ["0", "<0.1", "0.3", "4", "42", "412", "9.1k", "2.5M"];
    assert_eq!(written, expected);
}

#[test]
fn durations_have_at_most_two_units() {
    let written = [
        0,
        256,
        4_200_000,
        250_000_000,
        1_500_000_000,
        12_000_000_000,
        130_000_000_000,
        3_900_000_000_000,
        273_600_000_000_000,
    ]
    .map(|nanos| Lasts(Duration::from_nanos(nanos)).to_string());
    let expected = [
        "0 s",
        "1 µs",
        "4.2 ms",
        "250 ms",
        "1.5 s",
        "12 s",
        "2 min 10 s",
        "1 h 5 min",
        "3 d 4 h",
    ];
    assert_eq!(written, expected);
}

#[test]
fn an_instant_has_its_day_unless_that_is_today() {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 + 3 * 3600 + 42 * 60);
    assert_eq!(instant(at), "1970-01-02 03:42:00Z");
    assert_eq!(time_of_day(at, at), "03:42 UTC");
    let yesterday = SystemTime::UNIX_EPOCH;
    assert_eq!(time_of_day(at, yesterday), "1970-01-02 03:42 UTC");
}
