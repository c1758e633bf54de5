//! Reads a value as the kind of value that its setting takes.

use std::num::IntErrorKind;

use super::section::{Force, Group};
use super::words::shown;
use crate::config::grammar::advice::Advice;
use crate::config::grammar::duration::{self, Mistake};
use crate::config::grammar::meaning;
use crate::config::grammar::number::Number;
use crate::config::value::ValueKind;
use crate::config::{Setting, Value, Window, check_name};

/// The word that turns off an optional setting.
const OFF: &str = "off";

/// A value as a file, a variable or a format of serde has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RawValue<'a> {
    /// Text in quotes.
    Text(&'a str),
    /// An integer, cut to the range of an `i128`.
    Integer(i128),
    Float(f64),
    Boolean(bool),
    /// A value that no setting takes, in words.
    Other(&'static str),
    /// The text of a variable, which has no quotes.
    Variable(&'a str),
}

impl<'a> RawValue<'a> {
    /// Reads the text of a variable as the kind of the setting.
    pub(super) fn of_variable(setting: Setting, text: &'a str) -> Self {
        let whole = Self::Variable(text);
        match setting.kind() {
            ValueKind::Flag => text.parse().map_or(whole, Self::Boolean),
            ValueKind::Count | ValueKind::Window => integer(text, 10).map_or(whole, Self::Integer),
            ValueKind::Rate | ValueKind::Share | ValueKind::Factor => {
                text.parse().map_or(whole, Self::Float)
            }
            ValueKind::Period => whole,
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

    fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) | Self::Variable(text) => Some(text),
            _ => None,
        }
    }

    /// Writes a text in the notation of the source of this value: a variable has no quotes.
    fn written(self, text: &str) -> String {
        match self {
            Self::Variable(_) => text.to_owned(),
            _ => format!("\"{text}\""),
        }
    }

    /// Writes a text as part of a sentence.
    fn mentioned(self, text: &str) -> String {
        match self {
            Self::Variable(_) => format!("`{text}`"),
            _ => format!("\"{text}\""),
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
            Self::Variable(text) => format!("\"{}\"", shown(text)),
        }
    }
}

/// Reads the value of a setting. `written` is the value as it is in the source.
pub(crate) fn read(setting: Setting, raw: RawValue<'_>, written: &str) -> Result<Value, String> {
    let (kind, name) = (setting.kind(), setting.name());
    if raw.text() == Some(OFF) && kind != ValueKind::Flag {
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
        (
            ValueKind::Period | ValueKind::Window,
            RawValue::Text(text) | RawValue::Variable(text),
        ) => {
            let time = duration::parse(text);
            let time = time.map_err(|mistake| not_a_duration(setting, raw, text, &mistake))?;
            Some(match kind {
                ValueKind::Window => Value::Window(Window::Time(time)),
                _ => Value::Period(time),
            })
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
            format!(" or {}", raw.mentioned(OFF))
        } else {
            String::new()
        };
        let (expected, found) = (expected(kind, raw), raw.words());
        let problem = format!("`{name}` must be {expected}{off}, not {found}");
        return Err(with_advice(problem, meant(setting, raw, written)));
    };
    match value.range_problem() {
        Some(range) => {
            let problem = format!("`{name}` {range}, not {}", shown(written));
            Err(with_advice(problem, meant(setting, raw, written)))
        }
        None => Ok(value),
    }
}

/// Returns what to write in place of a value that a file has without quotes, or with a sign that TOML does
/// not allow there.
pub(super) fn meant_by(word: &str, unquoted: &str) -> Vec<String> {
    let raw = RawValue::Text(unquoted);
    if word == Force::NAME {
        let meant = force_meant(raw).map(|word| raw.written(word));
        return meant.into_iter().collect();
    }
    if word == Group::NAME {
        let is_name = check_name(unquoted).is_ok();
        return is_name.then(|| raw.written(unquoted)).into_iter().collect();
    }
    match Setting::find(word) {
        Some(setting) if read(setting, raw, unquoted).is_ok() => vec![raw.written(unquoted)],
        Some(setting) => meant(setting, raw, unquoted),
        None => Vec::new(),
    }
}

/// Reads the value of `force`.
pub(super) fn read_force(raw: RawValue<'_>) -> Result<Force, String> {
    match raw.text() {
        Some("open") => return Ok(Force::Open),
        Some("closed") => return Ok(Force::Closed),
        Some(OFF) => return Ok(Force::Off),
        _ => {}
    }
    let found = match raw.text() {
        Some(text) => RawValue::Variable(text).words(),
        None => raw.words(),
    };
    let (name, [open, closed, off]) = (
        Force::NAME,
        ["open", "closed", OFF].map(|word| raw.mentioned(word)),
    );
    let problem = format!("`{name}` must be {open}, {closed} or {off}, not {found}");
    let meant = force_meant(raw).map(|word| raw.written(word));
    Err(with_advice(problem, meant.into_iter().collect()))
}

/// Reads the value of `group`.
pub(super) fn read_group(raw: RawValue<'_>) -> Result<String, String> {
    raw.text().map(str::to_owned).ok_or_else(|| {
        let (name, found) = (Group::NAME, raw.words());
        format!("`{name}` must be the name of a group, such as \"http\", not {found}")
    })
}

fn force_meant(raw: RawValue<'_>) -> Option<&'static str> {
    match raw.text()?.to_ascii_lowercase().as_str() {
        "open" | "force_open" | "forced_open" => Some("open"),
        "closed" | "force_closed" | "forced_closed" => Some("closed"),
        OFF => Some(OFF),
        _ => None,
    }
}

/// Names the values of a kind.
fn expected(kind: ValueKind, raw: RawValue<'_>) -> String {
    match kind {
        ValueKind::Count => "a whole number".to_owned(),
        ValueKind::Rate | ValueKind::Share | ValueKind::Factor => "a number".to_owned(),
        ValueKind::Period => format!("a duration such as {}", raw.mentioned("30s")),
        ValueKind::Window => format!(
            "a duration such as {} or a whole number of calls",
            raw.mentioned("60s")
        ),
        ValueKind::Flag => "`true` or `false`".to_owned(),
    }
}

/// Returns what to write in place of a value of the wrong kind or out of range. It returns several forms
/// if only the writer knows which one was meant.
fn meant(setting: Setting, raw: RawValue<'_>, written: &str) -> Vec<String> {
    let (kind, text) = (setting.kind(), raw.text().unwrap_or(written));
    let turns_off = match raw {
        RawValue::Boolean(flag) => !flag,
        _ => raw.text().is_some_and(meaning::is_off),
    };
    if turns_off && setting.takes_off() {
        return vec![raw.written(OFF)];
    }
    let one = match kind {
        ValueKind::Flag => meaning::flag(text).map(|flag| flag.to_string()),
        ValueKind::Count => meaning::count(text),
        ValueKind::Rate => meaning::rate(text),
        ValueKind::Share => meaning::share(text),
        ValueKind::Factor => meaning::factor(text),
        ValueKind::Period | ValueKind::Window => return durations(kind, raw, written),
    };
    one.into_iter().collect()
}

/// Returns the windows and durations that a number, a time of day or a text can mean.
fn durations(kind: ValueKind, raw: RawValue<'_>, written: &str) -> Vec<String> {
    let text = match raw {
        RawValue::Integer(number) => number.to_string(),
        _ => raw.text().unwrap_or(written).to_owned(),
    };
    let calls = meaning::calls(&text).filter(|_| kind == ValueKind::Window);
    match (calls, duration::parse(&text)) {
        (Some(calls), _) => vec![calls],
        (None, Err(Mistake::NoUnit(number))) => either(kind, number, raw),
        (None, Err(Mistake::Notation { meant, .. })) => vec![raw.written(&meant)],
        _ => Vec::new(),
    }
}

/// Returns the values that a number without a unit can mean.
fn either(kind: ValueKind, number: Number, raw: RawValue<'_>) -> Vec<String> {
    let calls = number
        .whole()
        .filter(|calls| kind == ValueKind::Window && *calls > 0);
    let calls = calls.map(|calls| calls.to_string());
    let times = duration::with_units(number).map(|text| raw.written(&text));
    calls.into_iter().chain(times).collect()
}

/// Describes a text that is not a duration.
fn not_a_duration(setting: Setting, raw: RawValue<'_>, text: &str, mistake: &Mistake) -> String {
    let (kind, name) = (setting.kind(), setting.name());
    if setting.takes_off() && meaning::is_off(text) {
        let (mentioned, off) = (raw.mentioned(OFF), raw.written(OFF));
        return format!("`{name}`: expected a duration or {mentioned}: write `{off}`");
    }
    if kind == ValueKind::Window {
        let is_number = matches!(mistake, Mistake::NoUnit(_)) || meaning::calls(text).is_some();
        let forms = durations(kind, raw, text);
        if is_number && !forms.is_empty() {
            let quotes = match raw {
                RawValue::Variable(_) => "",
                _ => " without quotes",
            };
            let problem =
                format!("`{name}`: expected a number of calls{quotes} or a duration with a unit");
            return with_advice(problem, forms);
        }
    }
    let off = match mistake {
        Mistake::NoDuration if setting.takes_off() => format!(", or {}", raw.mentioned(OFF)),
        _ => String::new(),
    };
    if let (ValueKind::Window, Mistake::NoDuration) = (kind, mistake) {
        return format!("`{name}`: expected {}{off}", expected(kind, raw));
    }
    let problem = mistake.message(|text| raw.written(text));
    format!("`{name}`: {problem}{off}")
}

fn with_advice(problem: String, forms: Vec<String>) -> String {
    if forms.is_empty() {
        problem
    } else {
        Advice::Write(forms).about(&problem)
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

#[cfg(test)]
mod tests;
