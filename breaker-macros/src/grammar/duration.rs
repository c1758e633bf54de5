//! Durations as text, such as `30s` or `1.5 m`.

use std::time::Duration;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// The number of digits after the decimal point that are read. Further digits are worth less than a
/// nanosecond in every unit.
const FRACTION_DIGITS: usize = 18;

/// Parses a number and its unit. Fractions of a nanosecond are cut off.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let zero = || Err("a duration must be longer than zero".to_owned());
    if text.starts_with('-') {
        return parse(text.trim_start_matches('-')).and_then(|_| zero());
    }
    let (whole, rest) = digits(text);
    if whole.is_empty() {
        return Err("a duration is a number and a unit: write `30s`".to_owned());
    }
    let (fraction, rest) = match rest.strip_prefix('.').map(digits) {
        Some((fraction, rest)) if !fraction.is_empty() => (fraction, rest),
        _ => ("", rest),
    };
    let unit = unit(text, rest.trim_start_matches(' '))?;
    let too_long = || format!("a duration of `{text}` is too long");
    let whole: u64 = whole.parse().map_err(|_| too_long())?;
    let nanos = u128::from(whole) * unit + fraction_of(unit, fraction);
    let seconds = u64::try_from(nanos / NANOS_PER_SECOND).map_err(|_| too_long())?;
    let below = u32::try_from(nanos % NANOS_PER_SECOND).map_err(|_| too_long())?;
    if nanos == 0 {
        return zero();
    }
    Ok(Duration::new(seconds, below))
}

/// Splits off the leading digits.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// Returns the nanoseconds of `unit`, or an error about the whole `text`.
fn unit(text: &str, unit: &str) -> Result<u128, String> {
    if unit.is_empty() {
        return Err(format!(
            "a duration needs a unit, which is `ms`, `s`, `m` or `h`: write `{}s`",
            text.trim_end_matches(' ')
        ));
    }
    nanos(unit).ok_or_else(|| unknown(text, unit))
}

/// Returns the nanoseconds of a known unit.
fn nanos(unit: &str) -> Option<u128> {
    match unit {
        "ms" => Some(NANOS_PER_SECOND / 1000),
        "s" => Some(NANOS_PER_SECOND),
        "m" => Some(60 * NANOS_PER_SECOND),
        "h" => Some(3600 * NANOS_PER_SECOND),
        _ => None,
    }
}

/// Describes the mistake in a text whose unit is unknown, and suggests what to write.
fn unknown(text: &str, unit: &str) -> String {
    let known = match unit.trim_end().to_ascii_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        _ => "",
    };
    let shown = unit.escape_debug();
    let number = text.strip_suffix(unit).filter(|_| !known.is_empty());
    let (problem, meant) = if let Some(number) = number {
        let meant = format!("{}{known}", number.trim_end_matches(' '));
        (format!("unknown unit `{shown}`"), meant)
    } else if let Some(sum) = sum(text) {
        ("a duration is one number and one unit".to_owned(), sum)
    } else {
        return format!("unknown unit `{shown}`; the units are `ms`, `s`, `m` and `h`");
    };
    match parse(&meant) {
        Ok(_) => format!("{problem}: write `{meant}`"),
        Err(worse) => worse,
    }
}

/// Adds up several numbers with units, such as `1m30s`, in the last and smallest of those units.
fn sum(text: &str) -> Option<String> {
    let (mut sum, mut last, mut rest) = (0_u128, ("", u128::MAX), text);
    while !rest.is_empty() {
        let (number, behind) = digits(rest);
        let behind = behind.trim_start_matches(' ');
        let end = behind.find(|letter: char| !letter.is_ascii_alphabetic());
        let (name, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let one = nanos(name).filter(|one| *one < last.1)?;
        let part = one.checked_mul(number.parse().ok()?)?;
        sum = sum.checked_add(part)?;
        (last, rest) = ((name, one), behind.trim_start_matches(' '));
    }
    let (name, one) = last;
    Some(format!("{}{name}", sum / one))
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

#[cfg(test)]
mod tests;
