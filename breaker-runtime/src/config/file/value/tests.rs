use std::time::Duration;

use super::{RawValue, integer, read};
use crate::config::value::ValueKind;
use crate::config::{Setting, Value, Window};

/// Reads a value and returns the message or the `Debug` form of the value.
fn message(setting: Setting, raw: RawValue<'_>, written: &str) -> String {
    read(setting, raw, written).map_or_else(|message| message, |value| format!("{value:?}"))
}

const SECOND: Duration = Duration::from_secs(1);

/// A setting, a value that it takes, and the end of the message for values of other types.
const KINDS: &[(Setting, RawValue<'static>, Value, &str)] = &[
    (
        Setting::Threshold,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number or \"off\"",
    ),
    (
        Setting::Window,
        RawValue::Integer(9),
        Value::Window(Window::Calls(9)),
        "a duration such as \"60s\" or a whole number of calls or \"off\"",
    ),
    (
        Setting::MaxFailures,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number or \"off\"",
    ),
    (
        Setting::FailureRate,
        RawValue::Float(0.5),
        Value::Rate(0.5),
        "a number or \"off\"",
    ),
    (
        Setting::MinCalls,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Setting::SlowCall,
        RawValue::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\" or \"off\"",
    ),
    (
        Setting::SlowRate,
        RawValue::Integer(1),
        Value::Rate(1.0),
        "a number or \"off\"",
    ),
    (
        Setting::OpenFor,
        RawValue::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\"",
    ),
    (
        Setting::Backoff,
        RawValue::Integer(2),
        Value::Factor(2.0),
        "a number",
    ),
    (
        Setting::MaxOpenFor,
        RawValue::Text("1000ms"),
        Value::Period(SECOND),
        "a duration such as \"30s\"",
    ),
    (
        Setting::Jitter,
        RawValue::Float(0.0),
        Value::Share(0.0),
        "a number",
    ),
    (
        Setting::HalfOpenCalls,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Setting::SuccessThreshold,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Setting::ProbeFailures,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Setting::ProbeTimeout,
        RawValue::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\"",
    ),
    (
        Setting::Ramp,
        RawValue::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\" or \"off\"",
    ),
    (
        Setting::MaxInFlight,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number or \"off\"",
    ),
    (
        Setting::CallTimeout,
        RawValue::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\" or \"off\"",
    ),
    (
        Setting::CancelAfter,
        RawValue::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\" or \"off\"",
    ),
    (
        Setting::CancelledInARow,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number or \"off\"",
    ),
    (
        Setting::MaxKeys,
        RawValue::Integer(3),
        Value::Count(3),
        "a whole number",
    ),
    (
        Setting::IdleTtl,
        RawValue::Text("1s"),
        Value::Period(SECOND),
        "a duration such as \"30s\"",
    ),
    (
        Setting::MaxOpenShare,
        RawValue::Float(0.5),
        Value::Rate(0.5),
        "a number or \"off\"",
    ),
    (
        Setting::Latency,
        RawValue::Boolean(true),
        Value::Flag(true),
        "`true` or `false`",
    ),
    (
        Setting::Critical,
        RawValue::Boolean(false),
        Value::Flag(false),
        "`true` or `false`",
    ),
    (
        Setting::Shared,
        RawValue::Boolean(true),
        Value::Flag(true),
        "`true` or `false`",
    ),
    (
        Setting::Shadow,
        RawValue::Boolean(true),
        Value::Flag(true),
        "`true` or `false`",
    ),
];

#[test]
fn every_setting_takes_its_kind_of_value_and_rejects_an_array() {
    let settings: Vec<_> = KINDS.iter().map(|(setting, ..)| *setting).collect();
    assert_eq!(settings, Setting::ALL);
    for (setting, raw, value, words) in KINDS {
        assert_eq!(read(*setting, *raw, ""), Ok(*value));
        let expected = format!("`{}` must be {words}, not an array", setting.name());
        assert_eq!(
            message(*setting, RawValue::Other("an array"), "[]"),
            expected
        );
    }
}

#[test]
fn only_optional_settings_can_be_off() {
    for setting in Setting::ALL {
        let read = read(setting, RawValue::Text("off"), "\"off\"");
        if setting.takes_off() {
            assert_eq!(read, Ok(Value::Off));
        } else if setting.kind() == ValueKind::Flag {
            let words = format!(
                "`{}` must be `true` or `false`, not a string: write `false`",
                setting.name()
            );
            assert_eq!(read, Err(words));
        } else {
            assert_eq!(
                read,
                Err(format!("`{}` cannot be turned off", setting.name()))
            );
        }
    }
}

#[test]
fn a_value_out_of_range_is_reported_as_it_was_written() {
    for (setting, raw, written, expected) in [
        (
            Setting::Threshold,
            RawValue::Integer(0),
            "0",
            "`threshold` must be at least 1, not 0",
        ),
        (
            Setting::Threshold,
            RawValue::Integer(-5),
            "-5",
            "`threshold` must be at least 1, not -5",
        ),
        (
            Setting::Threshold,
            RawValue::Integer(1 << 32),
            "4_294_967_296",
            "`threshold` must be at most 4294967295, not 4_294_967_296",
        ),
        (
            Setting::Window,
            RawValue::Integer(-1),
            "-1",
            "`window` must hold at least one call and be longer than zero, not -1",
        ),
        (
            Setting::Jitter,
            RawValue::Float(1.5),
            "1.5",
            "`jitter` must lie between 0 and 1, not 1.5",
        ),
        (
            Setting::Jitter,
            RawValue::Float(f64::NAN),
            "nan",
            "`jitter` must lie between 0 and 1, not nan",
        ),
        (
            Setting::Backoff,
            RawValue::Integer(0),
            "0",
            "`backoff` must be at least 1 and finite, not 0",
        ),
        (
            Setting::Backoff,
            RawValue::Float(f64::INFINITY),
            "1e999",
            "`backoff` must be at least 1 and finite, not 1e999",
        ),
        (
            Setting::FailureRate,
            RawValue::Integer(50),
            "50",
            "`failure_rate` must lie above 0 and at most 1, not 50: write `0.5`",
        ),
        (
            Setting::SlowRate,
            RawValue::Float(0.0),
            "0.0",
            "`slow_rate` must lie above 0 and at most 1, not 0.0",
        ),
        (
            Setting::OpenFor,
            RawValue::Text("0s"),
            "\"0s\"",
            "`open_for`: a duration must be longer than zero",
        ),
    ] {
        assert_eq!(message(setting, raw, written), expected);
    }
}

#[test]
fn the_message_for_text_that_is_not_a_duration_shows_one() {
    for (setting, text, expected) in [
        (
            Setting::OpenFor,
            "soon",
            "`open_for`: a duration is a number and a unit, such as `\"30s\"`",
        ),
        (
            Setting::SlowCall,
            "soon",
            "`slow_call`: a duration is a number and a unit, such as `\"30s\"`, or \"off\"",
        ),
        (
            Setting::SlowCall,
            "Off",
            "`slow_call`: expected a duration or \"off\": write `\"off\"`",
        ),
        (
            Setting::Window,
            "100",
            "`window`: expected a number of calls without quotes or a duration with a unit: write `100`, \
             `\"100ms\"` or `\"100s\"`",
        ),
    ] {
        assert_eq!(message(setting, RawValue::Text(text), ""), expected);
    }
}

#[test]
fn a_variable_is_read_as_the_kind_of_its_setting() {
    for (setting, text, value) in [
        (Setting::Threshold, "10", Value::Count(10)),
        (Setting::Threshold, "off", Value::Off),
        (Setting::Window, "100", Value::Window(Window::Calls(100))),
        (Setting::Window, "1s", Value::Window(Window::Time(SECOND))),
        (Setting::FailureRate, "0.5", Value::Rate(0.5)),
        (Setting::Backoff, "2", Value::Factor(2.0)),
        (Setting::OpenFor, "1s", Value::Period(SECOND)),
        (Setting::CancelAfter, "off", Value::Off),
        (Setting::CancelledInARow, "50", Value::Count(50)),
        (Setting::CancelledInARow, "off", Value::Off),
        (Setting::Critical, "true", Value::Flag(true)),
    ] {
        let raw = RawValue::of_variable(setting, text);
        assert_eq!(read(setting, raw, text), Ok(value));
    }
}

#[test]
fn an_unreadable_variable_is_quoted() {
    for (setting, text, expected) in [
        (
            Setting::Threshold,
            "ten",
            "`threshold` must be a whole number or `off`, not \"ten\"",
        ),
        (
            Setting::Threshold,
            "",
            "`threshold` must be a whole number or `off`, not \"\"",
        ),
        (
            Setting::MinCalls,
            "1.0",
            "`min_calls` must be a whole number, not \"1.0\": write `1`",
        ),
        (
            Setting::MinCalls,
            "-1",
            "`min_calls` must be at least 1, not -1",
        ),
        (
            Setting::Jitter,
            "a lot",
            "`jitter` must be a number, not \"a lot\"",
        ),
        (Setting::Jitter, "off", "`jitter` cannot be turned off"),
        (
            Setting::Latency,
            "yes",
            "`latency` must be `true` or `false`, not \"yes\": write `true`",
        ),
        (
            Setting::Latency,
            "off",
            "`latency` must be `true` or `false`, not \"off\": write `false`",
        ),
        (
            Setting::OpenFor,
            "30",
            "`open_for`: a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `30ms` or `30s`",
        ),
    ] {
        let raw = RawValue::of_variable(setting, text);
        assert_eq!(message(setting, raw, text), expected);
    }
}

#[test]
fn a_whole_number_that_is_too_large_or_too_small_is_cut_to_the_range() {
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
