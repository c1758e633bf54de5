//! A stretch of time, as a person writes it.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::time::{read_duration, read_time};

/// A stretch of time: `2026-11-03T10:00/12:00`, `2026-11-03T10:00/2h`, or a whole day, `2026-11-03`.
///
/// The end is a time of the same day, a date and a time, or a duration. Times without an offset are UTC. The end does not
/// belong to it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_rehearse::Interval;
///
/// let outage: Interval = "2026-11-03T10:00/12:00".parse()?;
/// assert_eq!(outage, "2026-11-03T10:00Z/2h".parse()?);
/// assert_eq!(outage.to.duration_since(outage.from).unwrap(), Duration::from_secs(7_200));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interval {
    /// The beginning.
    pub from: SystemTime,
    /// The first instant after it.
    pub to: SystemTime,
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from_text, to_text) = match text.split_once('/') {
            Some((from, to)) => (from.trim(), Some(to.trim())),
            None => (text.trim(), None),
        };
        let from = Instant::read(from_text)?;
        let to = match to_text {
            Some(to) => from.end(to)?,
            None if from.is_day => from.time + Duration::from_secs(86_400),
            None => {
                return Err(format!(
                    "`{text}` has no end: write `{from_text}/12:00`, `{from_text}/2h` or a whole day"
                ));
            }
        };
        if to <= from.time {
            return Err(format!("`{text}` ends before it begins"));
        }
        Ok(Self {
            from: from.time,
            to,
        })
    }
}

impl Interval {
    /// Returns whether it has an instant in common with the time from `from` until `to`.
    pub fn meets(&self, from: SystemTime, to: SystemTime) -> bool {
        from < self.to && to >= self.from
    }

    /// Returns whether an instant is in it.
    pub fn holds(&self, at: SystemTime) -> bool {
        self.from <= at && at < self.to
    }
}

/// Reads one instant: a date and a time, a date, or a Unix time.
///
/// # Errors
///
/// A sentence.
pub fn read_instant(text: &str) -> Result<SystemTime, String> {
    Ok(Instant::read(text.trim())?.time)
}

struct Instant {
    time: SystemTime,
    date: Option<Date>,
    offset: Offset,
    is_day: bool,
}

impl Instant {
    fn read(text: &str) -> Result<Self, String> {
        let unknown = || {
            format!(
                "`{text}` is not a time: write `2026-11-03T10:00`, which is UTC, or `2026-11-03T10:00+01:00`"
            )
        };
        let Ok(pieces) = Pieces::parse(text) else {
            let nanos = read_time(text, None).map_err(|_| unknown())?;
            let nanos = u64::try_from(nanos).map_err(|_| unknown())?;
            return Ok(Self {
                time: SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos),
                date: None,
                offset: Offset::UTC,
                is_day: false,
            });
        };
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        let time = pieces.time().unwrap_or(Time::midnight());
        Ok(Self {
            time: instant(pieces.date(), time, offset).ok_or_else(unknown)?,
            date: Some(pieces.date()),
            offset,
            is_day: pieces.time().is_none(),
        })
    }

    /// Reads the end of an interval that begins here.
    fn end(&self, text: &str) -> Result<SystemTime, String> {
        if let (Some(date), Ok(time)) = (self.date, text.parse::<Time>()) {
            // A date can also be read as a time, such as `2026-11`.
            if text.contains(':') && !text.contains('-') {
                let end = instant(date, time, self.offset);
                return end.ok_or_else(|| format!("`{text}` is out of range"));
            }
        }
        if let Ok(nanos) = read_duration(text, None) {
            return Ok(self.time + Duration::from_nanos(nanos));
        }
        let end = Self::read(text)?;
        Ok(end.time)
    }
}

fn instant(date: Date, time: Time, offset: Offset) -> Option<SystemTime> {
    let zone = TimeZone::fixed(offset);
    let time: Timestamp = zone.to_timestamp(date.to_datetime(time)).ok()?;
    let since: SignedDuration = time.as_duration();
    let since = Duration::try_from(since).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}

#[cfg(test)]
mod tests;
