//! Durations in other notations: those of other languages and formats, with other units or with several.

use super::super::meaning::unquoted;
use super::super::number::Number;

/// What a text means that is not a duration of this grammar.
pub(super) enum Meaning {
    /// A duration; `meant` writes it in this grammar.
    Duration {
        problem: String,
        meant: String,
    },
    /// A number without a unit.
    Number(Number),
    Negative,
    /// A number with something that is not a unit.
    UnknownUnit(String),
    Unknown,
}

/// A unit, by its factor to a unit of this grammar.
#[derive(Clone, Copy)]
struct Unit {
    nanos: u128,
    /// The unit of this grammar that takes its place.
    written: &'static str,
    /// How many of `written` one of them is: this number, times a power of ten.
    times: u128,
    places: i32,
}

const fn unit(nanos: u128, written: &'static str, times: u128, places: i32) -> Unit {
    Unit {
        nanos,
        written,
        times,
        places,
    }
}

const NANOSECOND: Unit = unit(1, "ms", 1, -6);
const MICROSECOND: Unit = unit(1_000, "ms", 1, -3);
const MILLISECOND: Unit = unit(1_000_000, "ms", 1, 0);
const SECOND: Unit = unit(1_000_000_000, "s", 1, 0);
const MINUTE: Unit = unit(60 * SECOND.nanos, "m", 1, 0);
const HOUR: Unit = unit(3600 * SECOND.nanos, "h", 1, 0);
const DAY: Unit = unit(24 * HOUR.nanos, "h", 24, 0);
const WEEK: Unit = unit(7 * DAY.nanos, "h", 168, 0);

/// A number of units.
type Amount = (Number, Unit);

const ONE_UNIT: &str = "a duration is one number and one unit";
const NUMBER_AND_UNIT: &str = "a duration is a number and a unit";

/// Finds out what a text means.
pub(super) fn read(text: &str) -> Meaning {
    let text = unquoted(text);
    if let Some(rest) = text.strip_prefix(['-', '−']) {
        let number = rest.trim_start_matches(['-', '−', ' ']);
        return if Number::split(number).is_some() || iso(number).is_some() {
            Meaning::Negative
        } else {
            Meaning::Unknown
        };
    }
    if let Some(amounts) = iso(text).or_else(|| clock(text)) {
        return duration(&amounts, NUMBER_AND_UNIT.to_owned());
    }
    let Some((number, rest)) = Number::split(text) else {
        return Meaning::Unknown;
    };
    let word = rest.trim_start();
    if word.is_empty() {
        return Meaning::Number(number);
    }
    match (named(word), amounts(text)) {
        // The unit is right, so the number is not.
        (Some(unit), _) if unit.written == word && unit.times == 1 && unit.places == 0 => {
            duration(&[(number, unit)], NUMBER_AND_UNIT.to_owned())
        }
        (Some(unit), _) => {
            let problem = format!("unknown unit `{}`", word.escape_debug());
            duration(&[(number, unit)], problem)
        }
        (None, Some(amounts)) => duration(&amounts, ONE_UNIT.to_owned()),
        (None, None) if word.starts_with(char::is_alphabetic) => {
            Meaning::UnknownUnit(word.to_owned())
        }
        (None, None) => Meaning::Unknown,
    }
}

/// Finds a unit by a name, whatever its case.
fn named(word: &str) -> Option<Unit> {
    let unit = match word.to_lowercase().as_str() {
        "ns" | "nsec" | "nsecs" | "nanos" | "nanosecond" | "nanoseconds" => NANOSECOND,
        "us" | "µs" | "μs" | "usec" | "usecs" | "micros" | "microsecond" | "microseconds" => {
            MICROSECOND
        }
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => MILLISECOND,
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "d" | "day" | "days" => DAY,
        "w" | "wk" | "wks" | "week" | "weeks" => WEEK,
        _ => return None,
    };
    Some(unit)
}

/// Reads several numbers with units: `1m30s`, `1 hour, 30 minutes`.
fn amounts(text: &str) -> Option<Vec<Amount>> {
    let mut amounts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (number, behind) = Number::split(rest)?;
        let behind = behind.trim_start();
        let end = behind.find(|letter: char| !letter.is_alphabetic());
        let (word, behind) = behind.split_at(end.unwrap_or(behind.len()));
        amounts.push((number, named(word)?));
        let behind = behind.trim_start();
        let next = behind.strip_prefix(',').unwrap_or(behind).trim_start();
        let next = next.strip_prefix("and ").unwrap_or(next);
        if next.is_empty() && !behind.is_empty() {
            return None;
        }
        rest = next;
    }
    Some(amounts)
}

/// Reads the notation of ISO 8601: `PT5S`, `P1DT2H`. Years and months have no fixed length.
fn iso(text: &str) -> Option<Vec<Amount>> {
    let text = text.strip_prefix(['P', 'p'])?;
    let (days, time) = match text.split_once(['T', 't']) {
        Some((days, time)) => (days, Some(time)),
        None => (text, None),
    };
    let mut amounts = Vec::new();
    for (part, units) in [
        (days, [("W", WEEK), ("D", DAY)].as_slice()),
        (
            time.unwrap_or_default(),
            &[("H", HOUR), ("M", MINUTE), ("S", SECOND)],
        ),
    ] {
        let mut rest = part;
        while !rest.is_empty() {
            let (number, behind) = Number::split(rest)?;
            let (letter, behind) = behind.split_at_checked(1)?;
            let unit = units
                .iter()
                .find(|(name, _)| letter.eq_ignore_ascii_case(name))?;
            amounts.push((number, unit.1));
            rest = behind;
        }
    }
    (!amounts.is_empty()).then_some(amounts)
}

/// Reads hours, minutes and seconds between colons, after days and a point or a colon: `00:00:30`,
/// `1.00:00:00`. Two parts can be either hours and minutes or minutes and seconds.
fn clock(text: &str) -> Option<Vec<Amount>> {
    let fields: Vec<_> = text.split(':').collect();
    let (days, hours, minutes, seconds) = match fields.as_slice() {
        [hours, minutes, seconds] => match hours.split_once('.') {
            Some((days, hours)) => (days, hours, *minutes, *seconds),
            None => ("0", *hours, *minutes, *seconds),
        },
        [days, hours, minutes, seconds] => (*days, *hours, *minutes, *seconds),
        _ => return None,
    };
    let whole = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if ![days, hours, minutes].into_iter().all(whole)
        || !seconds.starts_with(|it: char| it.is_ascii_digit())
    {
        return None;
    }
    let mut amounts = Vec::new();
    // .NET reads `24:00:00` as 24 days, so a number beyond its range has no one meaning.
    for (text, unit, end) in [
        (days, DAY, u32::MAX),
        (hours, HOUR, 24),
        (minutes, MINUTE, 60),
        (seconds, SECOND, 60),
    ] {
        let number = Number::read(text).filter(|number| !number.at_least(end))?;
        amounts.push((number, unit));
    }
    Some(amounts)
}

/// Adds the amounts up in the smallest unit among them.
fn duration(amounts: &[Amount], problem: String) -> Meaning {
    match sum(amounts) {
        Some(meant) => Meaning::Duration { problem, meant },
        None => Meaning::Unknown,
    }
}

fn sum(amounts: &[Amount]) -> Option<String> {
    let mut units: Vec<_> = amounts.iter().map(|(_, unit)| unit.nanos).collect();
    units.sort_unstable();
    units.dedup();
    let significant = amounts.iter().filter(|(number, _)| !number.is_zero());
    let smallest = significant.min_by_key(|(_, unit)| unit.nanos);
    let (_, smallest) = smallest.or(amounts.last())?;
    let larger = amounts
        .iter()
        .filter(|(_, unit)| unit.nanos >= smallest.nanos);
    let mut parts = larger.map(|(number, unit)| number.times(unit.nanos / smallest.nanos));
    let first = parts.next()??;
    let sum = parts.try_fold(first, |sum, part| sum.plus(part?))?;
    let sum = sum.times(smallest.times)?.shifted(smallest.places)?;
    // One unit twice is a mistake, and not a sum.
    (units.len() == amounts.len()).then(|| format!("{sum}{}", smallest.written))
}
