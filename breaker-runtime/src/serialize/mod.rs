//! What can be read from a breaker, and what can be set, as values of serde.
//!
//! Durations are text as files have them (`"30s"`, `"250ms"`, `"1.5s"`), which loses nothing; counts
//! are numbers; states and reasons are their labels; times are text in the form of RFC 3339, in UTC
//! and with milliseconds. [`Settings`] and [`Overrides`] have the keys and the words of a file.

mod overrides;
mod timestamp;

use std::time::{Duration, SystemTime};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use self::timestamp::Timestamp;
use crate::breaker::{Snapshot, WindowStats};
use crate::config::file::Period;
use crate::config::{Key, Layer, Layers, Location, Settings, Value, Window};
use crate::values::Latency;
use crate::values::Override;
use crate::values::Transition;
use crate::values::{PastTransition, TransitionCount};
use crate::values::{Reason, State};
use crate::values::{Rejections, Totals};

/// Serializes a struct with all of its fields, which are taken apart so that none is forgotten.
/// `field: form` serializes what the function makes of the field.
macro_rules! record {
    ($type:ident { $($field:ident $(: $form:path)?),* $(,)? }) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                const FIELDS: &[&str] = &[$(stringify!($field)),*];
                let Self { $($field),* } = self;
                let mut record = serializer.serialize_struct(stringify!($type), FIELDS.len())?;
                $(
                    let name = stringify!($field).trim_start_matches("r#");
                    $(let $field = &$form(*$field);)?
                    record.serialize_field(name, $field)?;
                )*
                record.end()
            }
        }
    };
}

/// Serializes what is shown as text.
macro_rules! text {
    ($($type:ty),*) => {
        $(
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }
        )*
    };
}

text!(State, Reason, Layer, Period, Timestamp);

record!(Snapshot {
    name,
    key,
    state,
    machine_state,
    r#override,
    generation,
    since: Timestamp,
    totals,
    failures_in_a_row,
    window,
    ramp,
    probes_in_flight,
    open_period: maybe_period,
    retry_after: maybe_period,
    latency,
    transitions,
    history,
    config,
    layers,
    declared_at,
});

record!(Totals {
    calls,
    successes,
    failures,
    ignored,
    cancelled,
    slow,
    rejected,
    rejections,
    stale,
    fallback_successes,
    fallback_failures,
    opens,
    half_opens,
    closes,
    open_time: Period,
    last_success_at: maybe_timestamp,
    last_success_is_lower_bound,
    last_failure_at: maybe_timestamp,
    last_transition_at: maybe_timestamp,
});

record!(Rejections {
    open,
    half_open_full,
    ramp,
    forced,
});

record!(WindowStats {
    calls,
    failures,
    slow,
    failure_rate,
    slow_rate,
});

record!(Override {
    state,
    reason,
    until: maybe_timestamp,
});

record!(Location {
    module,
    file,
    line,
    column,
});

record!(TransitionCount {
    from,
    to,
    reason,
    count,
});

record!(PastTransition {
    at: Timestamp,
    transition
});

record!(Transition {
    from,
    to,
    reason,
    generation,
    due_at: maybe_timestamp,
    open_period: maybe_period,
    failures,
    rate,
});

fn maybe_period(period: Option<Duration>) -> Option<Period> {
    period.map(Period)
}

fn maybe_timestamp(at: Option<SystemTime>) -> Option<Timestamp> {
    at.map(Timestamp)
}

/// As `count`, `sum`, the quantiles `p50`, `p95` and `p99`, and `buckets`, which are pairs of how long
/// their calls took at most and how many they were.
impl Serialize for Latency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut latency = serializer.serialize_struct("Latency", 6)?;
        latency.serialize_field("count", &self.count())?;
        latency.serialize_field("sum", &Period(self.sum()))?;
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            latency.serialize_field(name, &self.quantile(share).map(Period))?;
        }
        latency.serialize_field("buckets", &Buckets(self))?;
        latency.end()
    }
}

struct Buckets<'a>(&'a Latency);

impl Serialize for Buckets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buckets = self.0.buckets();
        serializer.collect_seq(buckets.map(|(longest, calls)| (Period(longest), calls)))
    }
}

/// As a count of calls or a duration, like the key of a file.
impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Calls(calls) => calls.serialize(serializer),
            Self::Time(time) => Period(*time).serialize(serializer),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => count.serialize(serializer),
            Self::Factor(factor) => factor.serialize(serializer),
            Self::Period(period) => Period(*period).serialize(serializer),
            Self::Window(window) => window.serialize(serializer),
            Self::Flag(flag) => flag.serialize(serializer),
            Self::Off => "off".serialize(serializer),
        }
    }
}

/// As the section of a file that asks for all of them; what is not in force is `"off"`.
impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut settings = serializer.serialize_struct("Settings", Key::ALL.len())?;
        for key in Key::ALL {
            settings.serialize_field(key.name(), &self.value(key))?;
        }
        settings.end()
    }
}

/// As the layer of each key.
impl Serialize for Layers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests;
