//! Numbers, durations and labels as people write them.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::serialize::Timestamp;

/// Writes a count: `2,381`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a count with its noun: `1 call`, `2 calls`.
pub(super) fn plural(number: u64, noun: &str) -> String {
    let ending = match (number, noun.ends_with("ss")) {
        (1, _) => "",
        (_, false) => "s",
        (_, true) => "es",
    };
    format!("{} {noun}{ending}", count(number))
}

/// Writes which one of several it is: `1st`, `2nd`, `11th`.
pub(super) fn ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    count(number) + ending
}

/// Writes a number with one decimal digit where that says something: `4.2`, `412`.
fn brief(number: f64) -> String {
    if number < 9.95 {
        let text = format!("{number:.1}");
        text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
    } else {
        format!("{number:.0}")
    }
}

/// Writes a share: `65 %`, `0.3 %`, `<0.1 %`. A share below 1 never becomes `100 %`.
pub(super) fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.001 {
        return "<0.1 %".to_owned();
    }
    let most = if share < 1.0 { 99.0 } else { 100.0 };
    brief((share * 100.0).min(most)) + " %"
}

/// Writes the share of some of several.
pub(super) fn percent_of(some: u64, all: u64) -> String {
    percent(share_of(some, all))
}

/// Returns the share of some of several; 0 of 0 is 0.
#[expect(clippy::cast_precision_loss, reason = "people do not see the loss")]
pub(super) fn share_of(some: u64, all: u64) -> f64 {
    some as f64 / all.max(1) as f64
}

/// Writes a number per second: `0`, `0.3`, `412`, `9.1k`.
pub(super) fn rate(number: f64) -> String {
    match number {
        small if small < 0.05 => (if small > 0.0 { "<0.1" } else { "0" }).to_owned(),
        number if number < 999.5 => brief(number),
        large if large < 999_500.0 => brief(large / 1e3) + "k",
        larger => brief(larger / 1e6) + "M",
    }
}

/// Writes a label such as `half_open` as words.
pub(super) fn words(label: &str) -> String {
    label.replace('_', " ")
}

/// Displays a duration for people: `250 ms`, `1.5 s`, `12 s`, `2 min 10 s`, `1 h 5 min` or `3 d 4 h`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lasts(pub(super) Duration);

impl Lasts {
    /// Returns how long it is from one instant to another, in whole seconds.
    pub(super) fn between(from: SystemTime, to: SystemTime) -> Self {
        let lasts = to.duration_since(from).unwrap_or_default();
        let half = Duration::from_millis(500);
        Self(Duration::from_secs(lasts.saturating_add(half).as_secs()))
    }
}

impl fmt::Display for Lasts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        if self.0.is_zero() {
            return f.write_str("0 s");
        }
        if seconds < 0.000_999_5 {
            return write!(f, "{:.0} µs", (seconds * 1e6).max(1.0));
        }
        if seconds < 0.9995 {
            return write!(f, "{} ms", brief(seconds * 1e3));
        }
        if seconds < 9.95 {
            return write!(f, "{} s", brief(seconds));
        }
        let whole = self.0.saturating_add(Duration::from_millis(500)).as_secs();
        let (large, small) = match whole {
            ..60 => return write!(f, "{whole} s"),
            60..3600 => ((whole / 60, "min"), (whole % 60, "s")),
            3600..86_400 => ((whole / 3600, "h"), (whole % 3600 / 60, "min")),
            _ => ((whole / 86_400, "d"), (whole % 86_400 / 3600, "h")),
        };
        write!(f, "{} {}", large.0, large.1)?;
        match small {
            (0, _) => Ok(()),
            (number, unit) => write!(f, " {number} {unit}"),
        }
    }
}

/// Writes an instant in UTC: `2026-11-29 03:42:10Z`.
pub(super) fn instant(at: SystemTime) -> String {
    let text = Timestamp(at).to_string().replace('T', " ");
    let seconds = text.split('.').next().unwrap_or_default();
    format!("{seconds}Z")
}

/// Writes the time of an instant in UTC, with its day unless that is the day of `now`: `03:42 UTC`.
pub(super) fn time_of_day(at: SystemTime, now: SystemTime) -> String {
    let (at, now) = (instant(at), instant(now));
    let day = at.split(' ').next();
    let begins_at = match day {
        Some(day) if now.starts_with(day) => day.len() + " ".len(),
        _ => 0,
    };
    let ends_at = at.len().saturating_sub(":10Z".len());
    format!("{} UTC", at.get(begins_at..ends_at).unwrap_or_default())
}

#[cfg(test)]
mod tests;
