//! What exporters of metrics share: the series, their values, and the memory that keeps counters from decreasing.

mod counts;
mod memory;
mod reading;
mod rows;

#[cfg(feature = "opentelemetry")]
pub(in crate::integrations) use self::counts::Counts;
pub(in crate::integrations) use self::memory::{Entry, Memory};
#[cfg(feature = "opentelemetry")]
pub(in crate::integrations) use self::reading::Gauges;
#[cfg(feature = "metrics")]
pub(in crate::integrations) use self::reading::Readings;
pub(in crate::integrations) use self::reading::STATES;
#[cfg(feature = "metrics")]
pub(in crate::integrations) use self::rows::{CALL_DURATION, OPEN_SECONDS, STATE};
pub(in crate::integrations) use self::rows::{
    DURATION_BOUNDS, FAILURE_RATE, KEYS, OUTAGE, PROBES_IN_FLIGHT, ROWS, Row, RowKind,
    SLOW_CALL_RATE,
};
