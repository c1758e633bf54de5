//! The figures of a report, by the names that assertions, tables and JSON share.

use std::fmt;
use std::time::Duration;

use breaker_runtime::rehearsal::Report;

use crate::assertion::brief;
use crate::interval::Interval;

/// The value of a figure, or of a term of an assertion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Number(f64),
    Time(Duration),
    /// A time that does not exist, such as the delay of an opening that never came. Nothing follows from it.
    Never,
    /// What the report does not tell, such as a delay if there are no outages. Nothing follows from it.
    Unknown,
    Truth(bool),
}

impl Value {
    /// Returns the number if it is a whole one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "only counts and shares are numbers, and they are not negative"
    )]
    pub(crate) fn whole(self) -> Option<u64> {
        match self {
            Self::Number(number) if number.fract() == 0.0 => Some(number as u64),
            _ => None,
        }
    }
}

/// The kind of a value, which is known before there is a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Time,
    Truth,
}

/// One figure of a report.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    /// The line of the table; empty if the table does not show it.
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) of: fn(&Report) -> Value,
}

macro_rules! figures {
    ($($name:ident: $Kind:ident, $label:literal, $of:expr;)+) => {
        /// All figures, in the order of the table.
        pub(crate) const FIGURES: &[Figure] = &[$(Figure {
            name: stringify!($name),
            label: $label,
            kind: Kind::$Kind,
            of: $of,
        }),+];
    };
}

figures! {
    openings: Number, "openings", |it| count(it.openings);
    false_openings: Number, "… false: no outage", |it| count(it.false_openings);
    reopenings: Number, "opened again by probes", |it| count(it.reopenings);
    time_open: Time, "time open", |it| Value::Time(it.time_open);
    time_half_open: Time, "time half open", |it| Value::Time(it.time_half_open);
    outages: Number, "", |it| count(it.outages.len() as u64);
    missed_outages: Number, "outages missed", |it| count(it.missed_outages());
    opening_delay: Time, "opened after (longest)", opening_delay;
    recovery_delay: Time, "recovered after (longest)", recovery_delay;
    calls: Number, "", |it| count(it.calls);
    admitted: Number, "", |it| count(it.admitted);
    rejected: Number, "calls rejected", |it| count(it.rejected);
    rejected_failed: Number, "… that failed in truth", |it| count(it.rejected_failed);
    rejected_succeeded: Number, "… that would have succeeded", |it| count(it.rejected_succeeded);
    rejected_other: Number, "… that had no outcome", |it| count(it.rejected_other);
    rejected_unknown: Number, "… that nobody knows of", |it| count(it.rejected_unknown);
    share_rejected: Number, "", |it| ratio(it.rejected, it.calls);
    share_rejected_succeeded: Number, "", |it| ratio(it.rejected_succeeded, it.calls);
    admitted_failed: Number, "failures that went through", |it| count(it.admitted_failed);
    admitted_unknown: Number, "went through, outcome unknown", |it| count(it.admitted_unknown);
    timed_out: Number, "ended by call_timeout", |it| count(it.timed_out);
    not_waited: Time, "not waited for failures", |it| Value::Time(it.not_waited);
    not_spent: Time, "not spent in rejected calls", |it| Value::Time(it.not_spent);
    trace_time: Time, "", |it| Value::Time(length(it));
}

/// One function of assertions, of an interval.
pub(crate) struct Within {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) of: fn(&Report, &Interval) -> Value,
}

/// All functions of an interval.
pub(crate) const WITHIN: &[Within] = &[
    Within {
        name: "openings_within",
        kind: Kind::Number,
        of: |report, interval| {
            let openings = report.opening_list.iter();
            let within = openings.filter(|it| interval.holds(it.opened));
            of_list(report, count(within.count() as u64))
        },
    },
    Within {
        name: "false_openings_within",
        kind: Kind::Number,
        of: |report, interval| {
            let openings = report.opening_list.iter().filter(|it| it.is_false);
            let within = openings.filter(|it| interval.holds(it.opened));
            of_list(report, count(within.count() as u64))
        },
    },
    Within {
        name: "open_within",
        kind: Kind::Truth,
        of: |report, interval| {
            let mut openings = report.opening_list.iter();
            let is_open =
                openings.any(|it| interval.meets(it.opened, it.closed.unwrap_or(report.ended)));
            // A list that lacks some can only show that it was open.
            if is_open {
                Value::Truth(true)
            } else {
                of_list(report, Value::Truth(false))
            }
        },
    },
];

/// Returns a value that follows from the list of openings, unless the list lacks some.
fn of_list(report: &Report, value: Value) -> Value {
    if report.openings_left_out > 0 {
        return Value::Unknown;
    }
    value
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn count(count: u64) -> Value {
    Value::Number(count as f64)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn ratio(part: u64, whole: u64) -> Value {
    share(part as f64, whole as f64)
}

fn share(part: f64, whole: f64) -> Value {
    Value::Number(if whole > 0.0 { part / whole } else { 0.0 })
}

/// How long the trace is.
pub(crate) fn length(report: &Report) -> Duration {
    report
        .ended
        .duration_since(report.began)
        .unwrap_or_default()
}

/// Returns the longest delay: never, if one of the outages has none, and unknown if there are no outages.
fn longest(delays: impl Iterator<Item = Option<Duration>>) -> Value {
    let mut longest = None;
    for delay in delays {
        match delay {
            None => return Value::Never,
            found => longest = longest.max(found),
        }
    }
    longest.map_or(Value::Unknown, Value::Time)
}

fn opening_delay(report: &Report) -> Value {
    longest(report.outages.iter().map(|met| met.opening_delay))
}

/// The delays of one figure for a reader, who also wants to know of those that exist if others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delays {
    /// The longest of those that exist.
    pub(crate) longest: Option<Duration>,
    /// How many do not exist.
    pub(crate) never: usize,
    pub(crate) outages: usize,
}

impl Delays {
    pub(crate) fn of_openings(report: &Report) -> Self {
        Self::of(report.outages.iter().map(|met| met.opening_delay))
    }

    /// The recoveries from outages in which the circuit opened, and whose end is known.
    pub(crate) fn of_recoveries(report: &Report) -> Self {
        let met = report.outages.iter();
        let met = met.filter(|it| !it.outage.unended && it.opening_delay.is_some());
        Self::of(met.map(|it| it.recovery_delay))
    }

    fn of(delays: impl Iterator<Item = Option<Duration>>) -> Self {
        let delays: Vec<_> = delays.collect();
        Self {
            longest: delays.iter().copied().flatten().max(),
            never: delays.iter().filter(|it| it.is_none()).count(),
            outages: delays.len(),
        }
    }
}

/// As in `12.3s, 1 of 3 never`.
impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { never, outages, .. } = self;
        match self.longest {
            None if *outages == 0 => f.write_str("–"),
            None => f.write_str("never"),
            Some(longest) if *never == 0 => f.write_str(&brief(longest)),
            Some(longest) => write!(f, "{}, {never} of {outages} never", brief(longest)),
        }
    }
}

/// Nobody knows how long after its end an outage is recovered from that lasts until the end of the trace.
fn recovery_delay(report: &Report) -> Value {
    let ended = report.outages.iter().filter(|met| !met.outage.unended);
    longest(ended.map(|met| met.recovery_delay))
}

#[cfg(test)]
mod tests;
