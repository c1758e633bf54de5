//! An instant of the wall clock in the format of RFC 3339.

use std::fmt;
use std::time::{Duration, SystemTime};

const SECONDS_PER_DAY: u64 = 86_400;

/// Displays an instant in UTC, rounded down to a millisecond: `2026-11-25T00:42:44.123Z`.
pub(crate) struct Timestamp(pub(crate) SystemTime);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The clock of a running program does not show an instant before 1970.
        let since = self.0.duration_since(SystemTime::UNIX_EPOCH);
        let since = since.unwrap_or(Duration::ZERO);
        let (days, second) = (
            since.as_secs() / SECONDS_PER_DAY,
            since.as_secs() % SECONDS_PER_DAY,
        );
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let millis = since.subsec_millis();
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

/// Returns the year, the month and the day of the date that is `days` days after 1970-01-01.
///
/// Years are counted from March here, so that a leap day is the last day of its year: 400 years have 146 097
/// days, 100 years 36 524 and four years 1461, and every five months have 153 days.
fn date(days: u64) -> (u64, u64, u64) {
    // 719 468 days after 0000-03-01.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year;
    // January and February belong to the next calendar year.
    if month < 10 {
        (year, month + 3, day)
    } else {
        (year + 1, month - 9, day)
    }
}

#[cfg(test)]
mod tests;
