use std::time::Duration;

use super::{Given, integer, read};
use crate::config::{Key, Value, Window};

/// Reads a value as if it stood there in the way that it is shown.
fn message(key: Key, given: Given<'_>, written: &str) -> String {
    read(key, given, written).map_or_else(|message| message, |value| format!("{value:?}"))
}

const SECOND: Duration = Duration::from_secs(1);

/// A key, a value that it takes, and what of each wrong type is said: the end of the message.
const KINDS: &[(Key, Given<'static>, Value, &str)] = &[
    (
        Key::Threshold,
        Given::Integer(3),
        Value::Count(3),
        "a whole number or \"off\"",
    ),
    (
        Key::Window,
        Given::Integer(9),
        Value::Window(Window::Calls(9)),
        "a duration such as \"60s\" or a whole number of calls or \"off\"",
    ),
    (
        Key::MaxFailures,
        Given::Integer(3),
        Value::Count(3),
        "a whole number or \"off\"",
    ),
    (
        Key::FailureRate,
        Given::Float(0.5),
        Value::Factor(0.5),
        "a number or \"off\"",
    ),
    (
        Key::MinCalls,
        Given::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Key::SlowCall,
        Given::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\" or \"off\"",
    ),
    (
        Key::SlowRate,
        Given::Integer(1),
        Value::Factor(1.0),
        "a number or \"off\"",
    ),
    (
        Key::OpenFor,
        Given::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\"",
    ),
    (
        Key::Backoff,
        Given::Integer(2),
        Value::Factor(2.0),
        "a number",
    ),
    (
        Key::MaxOpenFor,
        Given::Text("1000ms"),
        Value::Period(SECOND),
        "a duration such as \"30s\"",
    ),
    (
        Key::Jitter,
        Given::Float(0.0),
        Value::Factor(0.0),
        "a number",
    ),
    (
        Key::HalfOpenCalls,
        Given::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Key::SuccessThreshold,
        Given::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Key::ProbeFailures,
        Given::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Key::ProbeTimeout,
        Given::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\"",
    ),
    (
        Key::Ramp,
        Given::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\" or \"off\"",
    ),
    (
        Key::CancelAfter,
        Given::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\" or \"off\"",
    ),
    (
        Key::MaxKeys,
        Given::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Key::IdleTtl,
        Given::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\"",
    ),
    (
        Key::Latency,
        Given::Boolean(true),
        Value::Flag(true),
        "`true` or `false`",
    ),
    (
        Key::Critical,
        Given::Boolean(false),
        Value::Flag(false),
        "`true` or `false`",
    ),
];

#[test]
fn every_key_takes_its_kind_of_value_and_says_so_of_an_array() {
    let keys: Vec<_> = KINDS.iter().map(|(key, ..)| *key).collect();
    assert_eq!(keys, Key::ALL);
    for (key, given, value, words) in KINDS {
        assert_eq!(read(*key, *given, ""), Ok(*value));
        let expected = format!("`{}` is {words}, not an array", key.name());
        assert_eq!(message(*key, Given::Other("an array"), "[]"), expected);
    }
}

#[test]
fn the_optional_keys_can_be_off_and_the_others_say_that_they_cannot() {
    for key in Key::ALL {
        let read = read(key, Given::Text("off"), "\"off\"");
        if key.takes_off() {
            assert_eq!(read, Ok(Value::Off));
        } else if let Key::Latency | Key::Critical = key {
            let words = format!("`{}` is `true` or `false`, not a string", key.name());
            assert_eq!(read, Err(words));
        } else {
            assert_eq!(read, Err(format!("`{}` cannot be off", key.name())));
        }
    }
}

#[test]
fn what_lies_outside_of_its_range_is_said_as_it_was_written() {
    for (key, given, written, said) in [
        (
            Key::Threshold,
            Given::Integer(0),
            "0",
            "`threshold` must be at least 1, not 0",
        ),
        (
            Key::Threshold,
            Given::Integer(-5),
            "-5",
            "`threshold` must be at least 1, not -5",
        ),
        (
            Key::Threshold,
            Given::Integer(1 << 32),
            "4_294_967_296",
            "`threshold` must be at most 4294967295, not 4_294_967_296",
        ),
        (
            Key::Window,
            Given::Integer(-1),
            "-1",
            "`window` must hold at least one call and be longer than zero, not -1",
        ),
        (
            Key::Jitter,
            Given::Float(1.5),
            "1.5",
            "`jitter` must lie between 0 and 1, not 1.5",
        ),
        (
            Key::Jitter,
            Given::Float(f64::NAN),
            "nan",
            "`jitter` must lie between 0 and 1, not nan",
        ),
        (
            Key::Backoff,
            Given::Integer(0),
            "0",
            "`backoff` must be at least 1 and finite, not 0",
        ),
        (
            Key::Backoff,
            Given::Float(f64::INFINITY),
            "1e999",
            "`backoff` must be at least 1 and finite, not 1e999",
        ),
        (
            Key::FailureRate,
            Given::Integer(50),
            "50",
            "`failure_rate` must lie above 0 and at most 1, not 50",
        ),
        (
            Key::SlowRate,
            Given::Float(0.0),
            "0.0",
            "`slow_rate` must lie above 0 and at most 1, not 0.0",
        ),
        (
            Key::OpenFor,
            Given::Text("0s"),
            "\"0s\"",
            "`open_for`: a duration must be longer than zero",
        ),
    ] {
        assert_eq!(message(key, given, written), said);
    }
}

#[test]
fn a_text_that_is_no_duration_says_what_one_is() {
    for (key, text, said) in [
        (
            Key::OpenFor,
            "soon",
            "`open_for`: a duration is a number and a unit: write `30s`",
        ),
        (
            Key::SlowCall,
            "Off",
            "`slow_call`: a duration is a number and a unit: write `30s`, or \"off\"",
        ),
        (
            Key::Window,
            "100",
            "`window`: a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `100s`",
        ),
    ] {
        assert_eq!(message(key, Given::Text(text), ""), said);
    }
}

#[test]
fn a_variable_is_read_as_what_its_key_takes() {
    for (key, text, value) in [
        (Key::Threshold, "10", Value::Count(10)),
        (Key::Threshold, "off", Value::Off),
        (Key::Window, "100", Value::Window(Window::Calls(100))),
        (Key::Window, "1s", Value::Window(Window::Time(SECOND))),
        (Key::FailureRate, "0.5", Value::Factor(0.5)),
        (Key::Backoff, "2", Value::Factor(2.0)),
        (Key::OpenFor, "1s", Value::Period(SECOND)),
        (Key::CancelAfter, "off", Value::Off),
        (Key::Critical, "true", Value::Flag(true)),
    ] {
        assert_eq!(read(key, Given::for_key(key, text), text), Ok(value));
    }
}

#[test]
fn a_variable_that_cannot_be_read_is_quoted() {
    for (key, text, said) in [
        (
            Key::Threshold,
            "ten",
            "`threshold` is a whole number or \"off\", not \"ten\"",
        ),
        (
            Key::Threshold,
            "",
            "`threshold` is a whole number or \"off\", not \"\"",
        ),
        (
            Key::MinCalls,
            "1.0",
            "`min_calls` is a whole number, not \"1.0\"",
        ),
        (
            Key::MinCalls,
            "-1",
            "`min_calls` must be at least 1, not -1",
        ),
        (Key::Jitter, "a lot", "`jitter` is a number, not \"a lot\""),
        (Key::Jitter, "off", "`jitter` cannot be off"),
        (
            Key::Latency,
            "yes",
            "`latency` is `true` or `false`, not \"yes\"",
        ),
        (
            Key::Latency,
            "off",
            "`latency` is `true` or `false`, not \"off\"",
        ),
        (
            Key::OpenFor,
            "30",
            "`open_for`: a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `30s`",
        ),
    ] {
        assert_eq!(message(key, Given::for_key(key, text), text), said);
    }
}

#[test]
fn a_number_that_is_too_large_stands_for_the_largest() {
    assert_eq!(
        integer("99999999999999999999999999999999999999999", 10),
        Some(i128::MAX)
    );
    assert_eq!(
        integer("-99999999999999999999999999999999999999999", 10),
        Some(i128::MIN)
    );
    assert_eq!(integer("ff", 16), Some(255));
    assert_eq!(integer("+5", 10), Some(5));
    assert_eq!(integer("", 10), None);
    assert_eq!(integer("5 ", 10), None);
}
