//! Reads times and durations as logs write them, exactly to the nanosecond.

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The unit of plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Millis,
    /// Microseconds.
    Micros,
    /// Nanoseconds.
    Nanos,
}

impl Unit {
    /// Reads the name of a unit: `s`, `ms`, `us` or `ns`.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "s" | "sec" | "secs" | "seconds" => Some(Self::Seconds),
            "ms" | "msec" | "millis" | "milliseconds" => Some(Self::Millis),
            "us" | "µs" | "μs" | "usec" | "micros" | "microseconds" => Some(Self::Micros),
            "ns" | "nsec" | "nanos" | "nanoseconds" => Some(Self::Nanos),
            _ => None,
        }
    }

    /// How many digits a nanosecond is after the point.
    fn digits(self) -> usize {
        match self {
            Self::Seconds => 9,
            Self::Millis => 6,
            Self::Micros => 3,
            Self::Nanos => 0,
        }
    }

    /// The unit of a Unix time, by its size: each unit is a thousand times the next one.
    fn of_unix_time(whole: &str) -> Self {
        match whole.trim_start_matches('0').len() {
            0..=11 => Self::Seconds,
            12..=14 => Self::Millis,
            15..=17 => Self::Micros,
            _ => Self::Nanos,
        }
    }
}

/// Why a duration could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadDuration {
    /// A plain number, and nothing says its unit.
    NoUnit,
    /// Anything else; the end of a sentence.
    Other(&'static str),
}

/// Reads a time as nanoseconds since 1970: RFC 3339, the time of an access log, or a Unix time.
///
/// A time without an offset is UTC. Without a unit, the size of a Unix time decides.
///
/// # Errors
///
/// The end of a sentence that begins with the text.
pub fn read_time(text: &str, unit: Option<Unit>) -> Result<i64, &'static str> {
    const RANGE: &str = "is out of range: the years 1970 to 2262 are possible";
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let text = inner.unwrap_or(text);
    if text.is_empty() || text == "-" {
        return Err("is empty");
    }
    if let Some((whole, fraction)) = number(text) {
        let unit = unit.unwrap_or_else(|| Unit::of_unix_time(whole));
        let nanos = scaled(whole, fraction, unit).ok_or(RANGE)?;
        return i64::try_from(nanos).map_err(|_| RANGE);
    }
    let parsed = if text.as_bytes().get(2) == Some(&b'/') {
        strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).and_then(|it| it.to_timestamp())
    } else {
        text.parse().or_else(|_| {
            let local: DateTime = text.parse()?;
            TimeZone::UTC.to_timestamp(local)
        })
    };
    let Ok(time): Result<Timestamp, _> = parsed else {
        return Err(
            "is not a time: RFC 3339 (`2026-11-03T10:00:00.250Z`), the time of an access log \
             (`03/Nov/2026:10:00:00 +0100`) and Unix times are read",
        );
    };
    match i64::try_from(time.as_nanosecond()) {
        Ok(nanos) if nanos >= 0 => Ok(nanos),
        _ => Err(RANGE),
    }
}

/// Reads a duration as nanoseconds: `12ms`, `0.25s`, `PT0.25S`, or a number whose unit is known.
///
/// A list such as `0.002, 0.010`, which nginx writes if it asked several servers, is the sum.
///
/// # Errors
///
/// See [`BadDuration`].
pub fn read_duration(text: &str, unit: Option<Unit>) -> Result<u64, BadDuration> {
    let text = text.trim();
    if text.is_empty() || text == "-" {
        return Err(BadDuration::Other("is empty"));
    }
    if !text.contains(", ") && !text.contains(" : ") {
        return read_one(text, unit);
    }
    let mut sum = 0_u64;
    for part in text.split(", ").flat_map(|part| part.split(" : ")) {
        if part != "-" {
            sum = sum.saturating_add(read_one(part, unit)?);
        }
    }
    Ok(sum)
}

fn read_one(text: &str, unit: Option<Unit>) -> Result<u64, BadDuration> {
    const WRONG: BadDuration = BadDuration::Other("is not a duration, as `12ms` and `0.25s` are");
    const LONG: BadDuration = BadDuration::Other("is too long");
    if text.starts_with('-') {
        return Err(BadDuration::Other("is negative"));
    }
    if text.starts_with('P') {
        let read: SignedDuration = text.parse().map_err(|_| WRONG)?;
        return u64::try_from(read.as_nanos()).map_err(|_| LONG);
    }
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let suffix = suffix.trim_start();
    if suffix.starts_with(['e', 'E']) {
        return scientific(text, unit.ok_or(BadDuration::NoUnit)?).ok_or(WRONG);
    }
    let (whole, fraction) = number(digits).ok_or(WRONG)?;
    let (unit, times) = match suffix {
        "" => (unit.ok_or(BadDuration::NoUnit)?, 1),
        "m" | "min" => (Unit::Seconds, 60),
        "h" => (Unit::Seconds, 3_600),
        "d" => (Unit::Seconds, 86_400),
        _ => (Unit::of(suffix).ok_or(WRONG)?, 1),
    };
    let nanos = scaled(whole, fraction, unit).and_then(|it| it.checked_mul(times));
    nanos.ok_or(LONG)
}

/// Splits a plain number into the digits before and after the point.
fn number(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    let fits = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    fits.then_some((whole, fraction))
}

/// Returns the nanoseconds of a number; digits below a nanosecond are dropped.
fn scaled(whole: &str, fraction: &str, unit: Unit) -> Option<u64> {
    let digits = unit.digits();
    let mut nanos: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let shown = fraction.bytes().chain(std::iter::repeat(b'0'));
    for digit in shown.take(digits) {
        nanos = nanos
            .checked_mul(10)?
            .checked_add(u64::from(digit - b'0'))?;
    }
    Some(nanos)
}

/// Reads a number with an exponent, as formatters of JSON write small ones.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked"
)]
fn scientific(text: &str, unit: Unit) -> Option<u64> {
    let number: f64 = text.parse().ok()?;
    let exponent = i32::try_from(unit.digits()).ok()?;
    let nanos = number * 10_f64.powi(exponent);
    (0.0..1e18).contains(&nanos).then_some(nanos.round() as u64)
}

#[cfg(test)]
mod tests;
