//! The list of all series.

use ::metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// One series of the exporter.
///
/// # Examples
///
/// ```
/// use breaker_runtime::metrics::{Kind, SERIES};
///
/// for series in SERIES {
///     let is_total = series.name.ends_with("_total");
///     assert_eq!(is_total, series.kind == Kind::Counter);
///     assert_eq!(series.labels[0], "breaker");
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Series {
    /// The name.
    pub name: &'static str,
    /// The kind of metric.
    pub kind: Kind,
    /// The unit of its values.
    pub unit: Unit,
    /// The names of its labels; the first one is `breaker`.
    pub labels: &'static [&'static str],
    /// The help text: one sentence that says what the series measures.
    pub help: &'static str,
}

/// The kinds of a [`Series`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A total that never decreases.
    Counter,
    /// A value that rises and falls.
    Gauge,
    /// A distribution of values.
    Histogram,
}

/// All series, in the order of the documentation.
pub const SERIES: &[Series] = &[
    CALLS,
    SLOW_CALLS,
    STALE,
    REJECTED,
    FALLBACKS,
    STATE,
    TRANSITIONS,
    OPEN_SECONDS,
    FAILURE_RATE,
    SLOW_CALL_RATE,
    PROBES_IN_FLIGHT,
    CALL_DURATION,
    KEYS,
    UNLISTED_CALLS,
];

/// Upper bounds of buckets for `circuit_breaker_call_duration_seconds`, in seconds: from one millisecond to half a
/// minute.
pub const DURATION_BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

pub(super) const CALLS: Series = counter(
    "circuit_breaker_calls_total",
    &["breaker", "outcome"],
    "Calls that have ended, by outcome; rejected calls are not included.",
);
pub(super) const SLOW_CALLS: Series = counter(
    "circuit_breaker_slow_calls_total",
    &["breaker"],
    "Calls that took at least slow_call.",
);
pub(super) const STALE: Series = counter(
    "circuit_breaker_stale_total",
    &["breaker"],
    "Calls that ended in another generation than they began in, and so decided nothing.",
);
pub(super) const REJECTED: Series = counter(
    "circuit_breaker_rejected_total",
    &["breaker", "reason"],
    "Calls that were rejected, by reason.",
);
pub(super) const FALLBACKS: Series = counter(
    "circuit_breaker_fallbacks_total",
    &["breaker", "result"],
    "Answers of the fallback, classified as the function's own answers are.",
);
pub(super) const STATE: Series = gauge(
    "circuit_breaker_state",
    &["breaker", "state"],
    "1 for the current state as callers meet it, 0 for the others.",
);
pub(super) const TRANSITIONS: Series = counter(
    "circuit_breaker_transitions_total",
    &["breaker", "from", "to", "reason"],
    "State transitions; overrides are not included.",
);
pub(super) const OPEN_SECONDS: Series = Series {
    unit: Unit::Seconds,
    ..counter(
        "circuit_breaker_open_seconds_total",
        &["breaker"],
        "Whole seconds spent open, including the current open period; overrides are not included.",
    )
};
pub(super) const FAILURE_RATE: Series = gauge(
    "circuit_breaker_failure_rate",
    &["breaker"],
    "Share of failures in the window, 0 to 1; NaN while it is unknown, as below min_calls.",
);
pub(super) const SLOW_CALL_RATE: Series = gauge(
    "circuit_breaker_slow_call_rate",
    &["breaker"],
    "Share of slow calls in the window, 0 to 1; NaN while it is unknown, as below min_calls.",
);
pub(super) const PROBES_IN_FLIGHT: Series = gauge(
    "circuit_breaker_probes_in_flight",
    &["breaker"],
    "Probes in flight while the circuit is half open.",
);
pub(super) const CALL_DURATION: Series = Series {
    kind: Kind::Histogram,
    unit: Unit::Seconds,
    ..gauge(
        "circuit_breaker_call_duration_seconds",
        &["breaker"],
        "Duration of calls that ended with an outcome.",
    )
};
pub(super) const KEYS: Series = gauge(
    "circuit_breaker_keys",
    &["breaker", "state"],
    "Keys that have a breaker, by the state of that breaker.",
);
pub(super) const UNLISTED_CALLS: Series = counter(
    "circuit_breaker_unlisted_calls_total",
    &["breaker"],
    "Calls whose key had no room under max_keys.",
);

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Series {
    Series {
        kind: Kind::Counter,
        ..gauge(name, labels, help)
    }
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Series {
    Series {
        name,
        kind: Kind::Gauge,
        unit: Unit::Count,
        labels,
        help,
    }
}

/// Registers the units and the help texts of all series with the current recorder.
///
/// The first [`publish`](super::publish) of a publisher also does this.
pub fn describe() {
    for series in SERIES {
        let Series {
            name, unit, help, ..
        } = *series;
        match series.kind {
            Kind::Counter => describe_counter!(name, unit, help),
            Kind::Gauge => describe_gauge!(name, unit, help),
            Kind::Histogram => describe_histogram!(name, unit, help),
        }
    }
}
