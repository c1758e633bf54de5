//! The list of all series.

use ::metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

use crate::integrations::export::{DURATION_BOUNDS, ROWS, Row, RowKind};

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
///     assert!(["breaker", "fleet"].contains(&series.labels[0]));
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
    /// The names of its labels; the first one is `breaker`, or `fleet` for what is counted once for a whole registry.
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
pub const SERIES: &[Series] = &{
    let mut series = [Series::new(&ROWS[0]); ROWS.len()];
    let mut at = 1;
    while at < ROWS.len() {
        series[at] = Series::new(&ROWS[at]);
        at += 1;
    }
    series
};

/// Upper bounds of buckets for the histograms of the [`SERIES`], in seconds: from one millisecond to half a minute.
pub const DURATION_BUCKETS: &[f64] = DURATION_BOUNDS;

impl Series {
    const fn new(row: &Row) -> Self {
        let (kind, unit) = match row.kind {
            RowKind::Counter => (Kind::Counter, Unit::Count),
            RowKind::Gauge => (Kind::Gauge, Unit::Count),
            RowKind::GaugeOfSeconds => (Kind::Gauge, Unit::Seconds),
            RowKind::Seconds => (Kind::Counter, Unit::Seconds),
            RowKind::Histogram => (Kind::Histogram, Unit::Seconds),
        };
        Self {
            name: row.name,
            kind,
            unit,
            labels: row.labels,
            help: row.help,
        }
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
