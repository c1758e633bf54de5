//! Durations as text, such as `30s` or `1.5 m`.

mod notation;

use std::time::Duration;

use self::notation::Meaning;
use super::advice::Advice;
use super::number::Number;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// The number of digits after the decimal point that are read. Further digits are worth less than a
/// nanosecond in every unit.
const FRACTION_DIGITS: usize = 18;

/// The duration that a message shows if it does not know the one that was meant.
const EXAMPLE: &str = "30s";

/// The reason why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The duration is zero or negative.
    NotPositive,
    /// The duration that the text contains is too long.
    TooLong(String),
    /// Only the writer knows the unit of the number.
    NoUnit(Number),
    /// `meant` is the same duration in this grammar.
    Notation {
        problem: String,
        meant: String,
    },
    UnknownUnit(String),
    NoDuration,
}

impl Mistake {
    /// Describes the mistake. `form` writes a duration in the notation of the source.
    pub(crate) fn message(&self, form: impl Fn(&str) -> String) -> String {
        match self {
            Self::NotPositive => "a duration must be longer than zero".to_owned(),
            Self::TooLong(text) => format!("a duration of `{text}` is too long"),
            Self::NoUnit(number) => {
                let problem = "a duration needs a unit, which is `ms`, `s`, `m` or `h`";
                let forms = with_units(*number).map(|text| form(&text));
                Advice::Write(forms.collect()).about(problem)
            }
            Self::Notation { problem, meant } => Advice::Write(vec![form(meant)]).about(problem),
            Self::UnknownUnit(unit) => {
                let unit = unit.escape_debug();
                format!("unknown unit `{unit}`; the units are `ms`, `s`, `m` and `h`")
            }
            Self::NoDuration => {
                Advice::SuchAs(form(EXAMPLE)).about("a duration is a number and a unit")
            }
        }
    }
}

/// Returns the durations that a number without a unit can mean: other circuit breakers count
/// milliseconds or seconds.
pub(crate) fn with_units(number: Number) -> impl Iterator<Item = String> {
    let texts = ["ms", "s"].map(|unit| format!("{number}{unit}"));
    texts.into_iter().filter(|text| parse(text).is_ok())
}

/// Parses a number and its unit. Fractions of a nanosecond are cut off.
pub(crate) fn parse(text: &str) -> Result<Duration, Mistake> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = match rest.strip_prefix('.').map(digits) {
        Some((fraction, rest)) if !fraction.is_empty() => (fraction, rest),
        _ => ("", rest),
    };
    let Some(unit) = nanos(rest.trim_start_matches(' ')).filter(|_| !whole.is_empty()) else {
        return Err(mistake(text));
    };
    let too_long = || Mistake::TooLong(text.to_owned());
    let whole: u64 = whole.parse().map_err(|_| too_long())?;
    let nanos = u128::from(whole) * unit + fraction_of(unit, fraction);
    let seconds = u64::try_from(nanos / NANOS_PER_SECOND).map_err(|_| too_long())?;
    let below = u32::try_from(nanos % NANOS_PER_SECOND).map_err(|_| too_long())?;
    if nanos == 0 {
        return Err(Mistake::NotPositive);
    }
    Ok(Duration::new(seconds, below))
}

/// Splits off the leading digits.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// Returns the nanoseconds of a unit of this grammar.
fn nanos(unit: &str) -> Option<u128> {
    match unit {
        "ms" => Some(NANOS_PER_SECOND / 1000),
        "s" => Some(NANOS_PER_SECOND),
        "m" => Some(60 * NANOS_PER_SECOND),
        "h" => Some(3600 * NANOS_PER_SECOND),
        _ => None,
    }
}

/// Returns the nanoseconds of the digits after the decimal point.
fn fraction_of(unit: u128, fraction: &str) -> u128 {
    let (mut sum, mut share) = (0, 1);
    for digit in fraction.bytes().take(FRACTION_DIGITS) {
        sum = sum * 10 + u128::from(digit - b'0');
        share *= 10;
    }
    unit * sum / share
}

/// Describes a text that is not a duration by what it means elsewhere.
fn mistake(text: &str) -> Mistake {
    match notation::read(text) {
        Meaning::Duration { problem, meant } => match parse(&meant) {
            Ok(_) => Mistake::Notation { problem, meant },
            Err(worse) => worse,
        },
        Meaning::Number(number) if number.is_zero() => Mistake::NotPositive,
        Meaning::Number(number) if with_units(number).next().is_some() => Mistake::NoUnit(number),
        Meaning::Number(number) => Mistake::TooLong(number.to_string()),
        Meaning::Negative => Mistake::NotPositive,
        Meaning::UnknownUnit(unit) => Mistake::UnknownUnit(unit),
        Meaning::Unknown => Mistake::NoDuration,
    }
}

#[cfg(test)]
mod tests;
