//! Reads a value as the kind of value that its setting takes.

use std::num::IntErrorKind;
use std::time::Duration;

use super::section::Force;
use super::words::shown;
use crate::config::grammar::duration;
use crate::config::value::ValueKind;
use crate::config::{Setting, Value, Window};

/// A value as a file, a variable or a format of serde has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RawValue<'a> {
    Text(&'a str),
    /// An integer, cut to the range of an `i128`.
    Integer(i128),
    Float(f64),
    Boolean(bool),
    /// A value that no setting takes, in words.
    Other(&'static str),
    /// The text of a variable that cannot be read as the kind of the setting.
    Unreadable(&'a str),
}

impl<'a> RawValue<'a> {
    /// Reads the text of a variable as the kind of the setting.
    pub(super) fn of_variable(setting: Setting, text: &'a str) -> Self {
        let unreadable = Self::Unreadable(text);
        match setting.kind() {
            ValueKind::Flag => text.parse().map_or(unreadable, Self::Boolean),
            _ if text == "off" => Self::Text(text),
            ValueKind::Count => integer(text, 10).map_or(unreadable, Self::Integer),
            ValueKind::Rate | ValueKind::Share | ValueKind::Factor => {
                text.parse().map_or(unreadable, Self::Float)
            }
            ValueKind::Period => Self::Text(text),
            ValueKind::Window => integer(text, 10).map_or(Self::Text(text), Self::Integer),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "no factor is so large, and the ranges of rates and shares end far below"
    )]
    fn number(self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(number as f64),
            Self::Float(number) => Some(number),
            _ => None,
        }
    }

    /// Names the type of the value.
    pub(super) fn words(self) -> String {
        match self {
            Self::Text(_) => "a string".to_owned(),
            Self::Integer(_) => "a whole number".to_owned(),
            Self::Float(_) => "a float".to_owned(),
            Self::Boolean(_) => "a boolean".to_owned(),
            Self::Other(words) => words.to_owned(),
            Self::Unreadable(text) => format!("\"{}\"", shown(text)),
        }
    }
}

/// Reads the value of a setting. `written` is the value as it is in the source.
pub(crate) fn read(setting: Setting, raw: RawValue<'_>, written: &str) -> Result<Value, String> {
    let (kind, name) = (setting.kind(), setting.name());
    if raw == RawValue::Text("off") && kind != ValueKind::Flag {
        return if setting.takes_off() {
            Ok(Value::Off)
        } else {
            Err(format!("`{name}` cannot be turned off"))
        };
    }
    let value = match (kind, raw) {
        (ValueKind::Count, RawValue::Integer(number)) => {
            Some(Value::Count(count(setting, number, written)?))
        }
        (ValueKind::Rate, _) => raw.number().map(Value::Rate),
        (ValueKind::Share, _) => raw.number().map(Value::Share),
        (ValueKind::Factor, _) => raw.number().map(Value::Factor),
        (ValueKind::Period, RawValue::Text(text)) => Some(Value::Period(period(setting, text)?)),
        (ValueKind::Window, RawValue::Text(text)) => {
            Some(Value::Window(Window::Time(period(setting, text)?)))
        }
        (ValueKind::Window, RawValue::Integer(number)) => {
            let calls = count(setting, number, written)?;
            Some(Value::Window(Window::Calls(calls)))
        }
        (ValueKind::Flag, RawValue::Boolean(flag)) => Some(Value::Flag(flag)),
        _ => None,
    };
    let Some(value) = value else {
        let off = if setting.takes_off() {
            " or \"off\""
        } else {
            ""
        };
        let (expected, found) = (expected(kind), raw.words());
        return Err(format!("`{name}` must be {expected}{off}, not {found}"));
    };
    match value.range_problem() {
        Some(range) => Err(format!("`{name}` {range}, not {}", shown(written))),
        None => Ok(value),
    }
}

/// Reads the value of `force`.
pub(super) fn read_force(raw: RawValue<'_>) -> Result<Force, String> {
    match raw {
        RawValue::Text("open") => Ok(Force::Open),
        RawValue::Text("closed") => Ok(Force::Closed),
        RawValue::Text("off") => Ok(Force::Off),
        other => {
            let found = match other {
                RawValue::Text(text) => RawValue::Unreadable(text).words(),
                other => other.words(),
            };
            let name = Force::NAME;
            Err(format!(
                "`{name}` must be \"open\", \"closed\" or \"off\", not {found}"
            ))
        }
    }
}

/// Names the values of a kind.
fn expected(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Count => "a whole number",
        ValueKind::Rate | ValueKind::Share | ValueKind::Factor => "a number",
        ValueKind::Period => "a duration such as \"30s\"",
        ValueKind::Window => "a duration such as \"60s\" or a whole number of calls",
        ValueKind::Flag => "`true` or `false`",
    }
}

/// Reads a whole number and cuts it to the range of an `i128`.
pub(super) fn integer(digits: &str, radix: u32) -> Option<i128> {
    i128::from_str_radix(digits, radix).map_or_else(
        |error| match error.kind() {
            IntErrorKind::PosOverflow => Some(i128::MAX),
            IntErrorKind::NegOverflow => Some(i128::MIN),
            _ => None,
        },
        Some,
    )
}

/// Makes a count of a number. A negative number becomes zero, which is out of range as well.
fn count(setting: Setting, number: i128, written: &str) -> Result<u32, String> {
    u32::try_from(number.max(0)).map_err(|_| {
        let (name, written) = (setting.name(), shown(written));
        format!("`{name}` must be at most {}, not {written}", u32::MAX)
    })
}

fn period(setting: Setting, text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|problem| {
        let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let off = if setting.takes_off() && !is_number {
            ", or \"off\""
        } else {
            ""
        };
        format!("`{}`: {problem}{off}", setting.name())
    })
}

#[cfg(test)]
mod tests;
