//! Settings as text that a program or a file can contain.

use std::fmt::Write as _;

use crate::config::{ExactDuration, Settings, Value, Window};

/// Returns the attribute that gives a breaker these settings, without those that are the default.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::Config;
/// use breaker_runtime::rehearsal::{Candidate, attribute_line};
///
/// let config = Config::new().threshold(8).open_for(Duration::from_secs(15));
/// let candidate = Candidate::new("calm", config)?;
/// assert_eq!(
///     attribute_line("payment", candidate.settings()),
///     r#"#[circuit_breaker(name = "payment", threshold = 8, open_for = "15s")]"#
/// );
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
pub fn attribute_line(breaker: &str, settings: &Settings) -> String {
    let mut line = format!("#[circuit_breaker(name = \"{}\"", escaped(breaker));
    for (setting, value) in settings.without_defaults().given() {
        // Writing to a string cannot fail.
        let _ = write!(line, ", {} = {}", setting.name(), text(value));
    }
    line.push_str(")]");
    line
}

/// Returns the lines of a settings file that give a breaker these settings, without those that are the default.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::Config;
/// use breaker_runtime::rehearsal::{Candidate, file_lines};
///
/// let config = Config::new().threshold(8).open_for(Duration::from_secs(15));
/// let candidate = Candidate::new("calm", config)?;
/// assert_eq!(
///     file_lines("payment", candidate.settings()),
///     "[breakers.payment]\nthreshold = 8\nopen_for = \"15s\"\n"
/// );
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
pub fn file_lines(breaker: &str, settings: &Settings) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let mut lines = if !breaker.is_empty() && breaker.chars().all(plain) {
        format!("[breakers.{breaker}]\n")
    } else {
        format!("[breakers.\"{}\"]\n", escaped(breaker))
    };
    for (setting, value) in settings.without_defaults().given() {
        let _ = writeln!(lines, "{} = {}", setting.name(), text(value));
    }
    lines
}

fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Returns a value as the attribute and files write it.
fn text(value: Value) -> String {
    match value {
        Value::Count(count) => count.to_string(),
        // With a decimal point, also for a whole number.
        Value::Rate(number) | Value::Share(number) | Value::Factor(number) => format!("{number:?}"),
        Value::Period(period) | Value::Window(Window::Time(period)) => {
            format!("\"{}\"", ExactDuration(period))
        }
        Value::Window(Window::Calls(calls)) => calls.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Off => "\"off\"".to_owned(),
    }
}
