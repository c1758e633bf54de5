//! The figures of a report, by the names that assertions, tables and JSON share.

use std::time::Duration;

use breaker_runtime::rehearsal::Report;

use crate::interval::Interval;

/// The value of a figure, or of a term of an assertion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Number(f64),
    Time(Duration),
    /// A time that does not exist, such as the delay of an opening that never came. No comparison with it holds.
    Never,
    Truth(bool),
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
    share_open: Number, "", |it| share(it.time_open.as_secs_f64(), length(it).as_secs_f64());
    outages: Number, "", |it| count(it.outages.len() as u64);
    missed_outages: Number, "outages without opening", |it| count(it.missed_outages());
    opening_delay: Time, "opened after (longest)", |it| delay(it, |met| met.opening_delay);
    recovery_delay: Time, "recovered after (longest)", |it| delay(it, |met| met.recovery_delay);
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
            count(openings.filter(|it| interval.holds(it.opened)).count() as u64)
        },
    },
    Within {
        name: "false_openings_within",
        kind: Kind::Number,
        of: |report, interval| {
            let openings = report.opening_list.iter().filter(|it| it.is_false);
            count(openings.filter(|it| interval.holds(it.opened)).count() as u64)
        },
    },
    Within {
        name: "open_within",
        kind: Kind::Truth,
        of: |report, interval| {
            let overlaps = report.opening_list.iter();
            Value::Truth(
                overlaps
                    .into_iter()
                    .any(|it| interval.meets(it.opened, it.closed.unwrap_or(report.ended))),
            )
        },
    },
    Within {
        name: "rejected_within",
        kind: Kind::Number,
        of: |report, interval| sum(report, interval, |it| it.rejected),
    },
    Within {
        name: "rejected_succeeded_within",
        kind: Kind::Number,
        of: |report, interval| sum(report, interval, |it| it.rejected_succeeded),
    },
];

/// Sums up the openings that began in an interval.
fn sum(
    report: &Report,
    interval: &Interval,
    of: fn(&breaker_runtime::rehearsal::Opening) -> u64,
) -> Value {
    let openings = report.opening_list.iter();
    count(
        openings
            .filter(|it| interval.holds(it.opened))
            .map(of)
            .sum(),
    )
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

/// Returns the longest delay.
fn delay(
    report: &Report,
    of: fn(&breaker_runtime::rehearsal::OutageMet) -> Option<Duration>,
) -> Value {
    report
        .outages
        .iter()
        .filter_map(of)
        .max()
        .map_or(Value::Never, Value::Time)
}

#[cfg(test)]
mod tests;
