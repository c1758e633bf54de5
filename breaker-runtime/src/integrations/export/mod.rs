//! What exporters of metrics share: the series, their values, and the memory that keeps counters from decreasing.

mod counts;
mod fleet;
mod memory;
mod reading;
mod rows;

pub(in crate::integrations) use self::counts::Counts;
#[cfg(feature = "opentelemetry")]
pub(in crate::integrations) use self::fleet::FleetGauges;
#[cfg(feature = "metrics")]
pub(in crate::integrations) use self::fleet::SharedGauges;
pub(in crate::integrations) use self::fleet::{FLEET_STATES, FleetMemory};
pub(in crate::integrations) use self::memory::{Entry, Memory};
#[cfg(feature = "opentelemetry")]
pub(in crate::integrations) use self::reading::Gauges;
#[cfg(feature = "metrics")]
pub(in crate::integrations) use self::reading::Readings;
pub(in crate::integrations) use self::reading::{MACHINE_STATES, STATES};
#[cfg(feature = "metrics")]
pub(in crate::integrations) use self::rows::{
    CALL_DURATION, FLEET_LAG, FLEET_MEMBERS, OPEN_SECONDS, STATE, TIME_TO_HEAD,
};
pub(in crate::integrations) use self::rows::{
    DURATION_BOUNDS, FAILURE_RATE, FLEET_CONNECTED, FLEET_STATE, FLEET_VOTES, FLEET_VOTES_HERE,
    IN_FLIGHT, KEYS, MACHINE_STATE, OUTAGE, PROBES_IN_FLIGHT, ROWS, Row, RowKind, SLOW_CALL_RATE,
};
