use std::time::Duration;

use super::parse;

/// The text, and its duration in nanoseconds or the message.
const DURATIONS: &[(&str, Result<u128, &str>)] =
    include!("../../../../../tests/tables/durations.rs");

#[test]
fn durations_follow_the_table_that_the_attribute_shares() {
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
fn a_long_row_of_minus_signs_is_no_deep_recursion() {
    let signs = if cfg!(miri) { 100 } else { 100_000 };
    let text = "-".repeat(signs) + "1s";
    assert_eq!(
        parse(&text),
        Err("a duration must be longer than zero".to_owned())
    );
}
