//! The meaning of values in notations that no setting takes, as other libraries and formats define it.
//!
//! Each function returns a text that is valid in an attribute, a file and a variable, or `None` if only
//! the writer knows the meaning.

use super::number::Number;

/// Returns whether a word turns a setting off, whatever its case.
pub(crate) fn is_off(word: &str) -> bool {
    let off = ["off", "none", "never", "disabled", "disable", "false", "no"];
    off.contains(&unquoted(word).to_ascii_lowercase().as_str())
}

/// Reads a flag.
pub(crate) fn flag(word: &str) -> Option<bool> {
    match unquoted(word).to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "y" | "1" | "enabled" | "enable" => Some(true),
        "false" | "off" | "no" | "n" | "0" | "disabled" | "disable" => Some(false),
        _ => None,
    }
}

/// Reads a count, which is at least 1.
pub(crate) fn count(text: &str) -> Option<String> {
    let count = Number::read(unquoted(text))?.whole()?;
    (count > 0).then(|| count.to_string())
}

/// Reads a share at which something happens: `0.5`, `50%` or, because no share is larger than 1, `50`.
///
/// A smaller number above 1 may be a percentage, a count or a mistake.
pub(crate) fn rate(text: &str) -> Option<String> {
    let text = unquoted(text);
    let number = || Number::read(text);
    let percentage = || number().filter(|it| it.at_least(10))?.shifted(-2);
    let rate = share_of(text).or_else(percentage)?;
    (!rate.is_zero() && is_share(rate)).then(|| rate.to_string())
}

/// Reads a share by which something varies: `0.1` or `10%`.
pub(crate) fn share(text: &str) -> Option<String> {
    share_of(unquoted(text)).map(|share| share.to_string())
}

/// Reads a factor, which is at least 1.
pub(crate) fn factor(text: &str) -> Option<String> {
    let factor = Number::read(unquoted(text))?;
    factor.at_least(1).then(|| factor.to_string())
}

/// Reads the number of a window of calls, as in `100 calls`.
pub(crate) fn calls(text: &str) -> Option<String> {
    let (number, rest) = Number::split(unquoted(text))?;
    let is_calls = matches!(rest.trim_start(), "call" | "calls" | "request" | "requests");
    let calls = number.whole().filter(|calls| is_calls && *calls > 0)?;
    Some(calls.to_string())
}

/// Removes the space around a text and one pair of superfluous quotes.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text).trim()
}

fn share_of(text: &str) -> Option<Number> {
    let share = match text.strip_suffix('%') {
        Some(number) => Number::read(number.trim_end())?.shifted(-2)?,
        None => Number::read(text)?,
    };
    is_share(share).then_some(share)
}

fn is_share(number: Number) -> bool {
    number.is_zero() || !number.at_least(1) || number.whole() == Some(1)
}

#[cfg(test)]
mod tests;
