//! The list of the series.

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
    /// What it is for the facade.
    pub kind: Kind,
    /// In what it is measured.
    pub unit: Unit,
    /// The names of its labels; the first one is `breaker`.
    pub labels: &'static [&'static str],
    /// What it tells, in one sentence.
    pub help: &'static str,
}

/// The kinds of a [`Series`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Never goes back.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Tells how many values were how large.
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

/// The ends of buckets for `circuit_breaker_call_duration_seconds`, in seconds: from one millisecond
/// to half a minute.
pub const DURATION_BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

pub(super) const CALLS: Series = counter(
    "circuit_breaker_calls_total",
    &["breaker", "outcome"],
    "Calls that have ended, by outcome; a rejection is no call.",
);
pub(super) const SLOW_CALLS: Series = counter(
    "circuit_breaker_slow_calls_total",
    &["breaker"],
    "Calls that took at least slow_call.",
);
pub(super) const STALE: Series = counter(
    "circuit_breaker_stale_total",
    &["breaker"],
    "Calls that ended in another generation than they began in and decided nothing.",
);
pub(super) const REJECTED: Series = counter(
    "circuit_breaker_rejected_total",
    &["breaker", "reason"],
    "Calls that were refused, by what refused them.",
);
pub(super) const FALLBACKS: Series = counter(
    "circuit_breaker_fallbacks_total",
    &["breaker", "result"],
    "Answers of the fallback, by how the function judges them.",
);
pub(super) const STATE: Series = gauge(
    "circuit_breaker_state",
    &["breaker", "state"],
    "1 for the state that callers meet, 0 for the others.",
);
pub(super) const TRANSITIONS: Series = counter(
    "circuit_breaker_transitions_total",
    &["breaker", "from", "to", "reason"],
    "Changes of state, beneath any override.",
);
pub(super) const OPEN_SECONDS: Series = Series {
    unit: Unit::Seconds,
    ..counter(
        "circuit_breaker_open_seconds_total",
        &["breaker"],
        "Whole seconds spent open, the present stay included; overrides do not count.",
    )
};
pub(super) const FAILURE_RATE: Series = gauge(
    "circuit_breaker_failure_rate",
    &["breaker"],
    "The share of failures in the window, 0 to 1; NaN below min_calls.",
);
pub(super) const SLOW_CALL_RATE: Series = gauge(
    "circuit_breaker_slow_call_rate",
    &["breaker"],
    "The share of slow calls in the window, 0 to 1; NaN below min_calls.",
);
pub(super) const PROBES_IN_FLIGHT: Series = gauge(
    "circuit_breaker_probes_in_flight",
    &["breaker"],
    "Probes that are on their way while the circuit is half open.",
);
pub(super) const CALL_DURATION: Series = Series {
    kind: Kind::Histogram,
    unit: Unit::Seconds,
    ..gauge(
        "circuit_breaker_call_duration_seconds",
        &["breaker"],
        "How long calls took that ended with an outcome.",
    )
};
pub(super) const KEYS: Series = gauge(
    "circuit_breaker_keys",
    &["breaker", "state"],
    "Keys that have a breaker, by its state.",
);
pub(super) const UNLISTED_CALLS: Series = counter(
    "circuit_breaker_unlisted_calls_total",
    &["breaker"],
    "Calls whose key found no room under max_keys.",
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

/// Tells the recorder in force the units and the help texts of all series.
///
/// The first [`publish`](super::publish) of a publisher does that too.
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
