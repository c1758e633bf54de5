//! One value, read as the kind of value that its key takes.

use std::num::IntErrorKind;
use std::time::Duration;

use super::words::shown;
use crate::config::grammar::duration;
use crate::config::{Key, Value, Window};

/// What was found in the place of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Given<'a> {
    Text(&'a str),
    /// A number that is too large stands for the largest.
    Integer(i128),
    Float(f64),
    Boolean(bool),
    /// What no key takes, in words.
    Other(&'static str),
    /// What a variable holds where its key takes no text.
    Word(&'a str),
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Count,
    Factor,
    Period,
    Window,
    Flag,
}

impl Kind {
    fn of(key: Key) -> Self {
        match key {
            Key::Threshold
            | Key::MaxFailures
            | Key::MinCalls
            | Key::HalfOpenCalls
            | Key::SuccessThreshold
            | Key::ProbeFailures
            | Key::MaxKeys => Self::Count,
            Key::FailureRate | Key::SlowRate | Key::Backoff | Key::Jitter => Self::Factor,
            Key::SlowCall
            | Key::OpenFor
            | Key::MaxOpenFor
            | Key::ProbeTimeout
            | Key::Ramp
            | Key::CancelAfter
            | Key::IdleTtl => Self::Period,
            Key::Window => Self::Window,
            Key::Latency | Key::Critical => Self::Flag,
        }
    }

    /// What is expected, in words.
    fn words(self) -> &'static str {
        match self {
            Self::Count => "a whole number",
            Self::Factor => "a number",
            Self::Period => "a duration such as \"30s\"",
            Self::Window => "a duration such as \"60s\" or a whole number of calls",
            Self::Flag => "`true` or `false`",
        }
    }
}

impl<'a> Given<'a> {
    /// Takes the text of a variable for what its key asks for.
    pub(crate) fn for_key(key: Key, text: &'a str) -> Self {
        let word = Self::Word(text);
        match Kind::of(key) {
            Kind::Flag => text.parse().map_or(word, Self::Boolean),
            _ if text == "off" => Self::Text(text),
            Kind::Count => integer(text, 10).map_or(word, Self::Integer),
            Kind::Factor => text.parse().map_or(word, Self::Float),
            Kind::Period => Self::Text(text),
            Kind::Window => integer(text, 10).map_or(Self::Text(text), Self::Integer),
        }
    }

    /// What it is, in words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Text(_) => "a string".to_owned(),
            Self::Integer(_) => "a whole number".to_owned(),
            Self::Float(_) => "a float".to_owned(),
            Self::Boolean(_) => "a boolean".to_owned(),
            Self::Other(words) => words.to_owned(),
            Self::Word(text) => format!("\"{}\"", shown(text)),
        }
    }

    /// What it is, text word for word.
    pub(crate) fn quoted(self) -> String {
        match self {
            Self::Text(text) => Self::Word(text).words(),
            other => other.words(),
        }
    }
}

/// Reads the value of a key; `written` is how it stands there.
pub(crate) fn read(key: Key, given: Given<'_>, written: &str) -> Result<Value, String> {
    let kind = Kind::of(key);
    let name = key.name();
    let value = match (kind, given) {
        (Kind::Count | Kind::Factor | Kind::Period | Kind::Window, Given::Text("off")) => {
            if !key.takes_off() {
                return Err(format!("`{name}` cannot be off"));
            }
            Value::Off
        }
        (Kind::Count, Given::Integer(number)) => Value::Count(count(key, number, written)?),
        (Kind::Factor, Given::Integer(number)) => Value::Factor(float(number)),
        (Kind::Factor, Given::Float(number)) => Value::Factor(number),
        (Kind::Period, Given::Text(text)) => Value::Period(period(key, text)?),
        (Kind::Window, Given::Text(text)) => Value::Window(Window::Time(period(key, text)?)),
        (Kind::Window, Given::Integer(number)) => {
            Value::Window(Window::Calls(count(key, number, written)?))
        }
        (Kind::Flag, Given::Boolean(flag)) => Value::Flag(flag),
        (_, other) => {
            let off = if key.takes_off() { " or \"off\"" } else { "" };
            let (expected, found) = (kind.words(), other.words());
            return Err(format!("`{name}` is {expected}{off}, not {found}"));
        }
    };
    match key.refuse(value) {
        Some(range) => Err(format!("`{name}` {range}, not {}", shown(written))),
        None => Ok(value),
    }
}

/// Reads a whole number; one that is too large stands for the largest.
pub(crate) fn integer(digits: &str, radix: u32) -> Option<i128> {
    i128::from_str_radix(digits, radix).map_or_else(
        |error| match error.kind() {
            IntErrorKind::PosOverflow => Some(i128::MAX),
            IntErrorKind::NegOverflow => Some(i128::MIN),
            _ => None,
        },
        Some,
    )
}

/// A negative number becomes zero, which no key that counts takes either.
fn count(key: Key, number: i128, written: &str) -> Result<u32, String> {
    u32::try_from(number.max(0)).map_err(|_| {
        let (name, written) = (key.name(), shown(written));
        format!("`{name}` must be at most {}, not {written}", u32::MAX)
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a factor is no number of that size, and a rate lies far below"
)]
fn float(number: i128) -> f64 {
    number as f64
}

fn period(key: Key, text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|problem| {
        let no_number = !text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let off = if key.takes_off() && no_number {
            ", or \"off\""
        } else {
            ""
        };
        format!("`{}`: {problem}{off}", key.name())
    })
}

#[cfg(test)]
mod tests;
