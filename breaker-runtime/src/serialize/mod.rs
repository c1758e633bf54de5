//! Serializes what breakers and registries report, and the settings, with serde.
//!
//! Durations are text as in a file (`"30s"`, `"250ms"`, `"1.5s"`), exact to the nanosecond. Counts are numbers.
//! States and reasons are their labels. Times are text in the format of RFC 3339, in UTC and with milliseconds.
//! [`Settings`] and [`Overrides`](crate::config::Overrides) are the section of a file. Events and findings have a field
//! `kind` with the label of their kind.

#[macro_use]
mod macros;
mod event;
mod fleet;
#[cfg(feature = "config")]
mod overrides;
mod registry;
#[cfg(feature = "rehearsal")]
mod rehearsal;
mod timestamp;

use std::time::{Duration, SystemTime};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub(crate) use self::timestamp::Timestamp;
use crate::breaker::{ProbeProgress, Snapshot, WindowStats};
use crate::config::{
    Config, ExactDuration, Layers, Location, Overrides, Setting, Settings, Value, Window,
};
use crate::values::{
    Cause, Failures, KeyStats, Latency, Layer, Outage, Override, PastTransition, Reason,
    Rejections, State, Totals, Transition, TransitionCount, WindowEffect,
};

text!(State, Reason, Layer, WindowEffect, ExactDuration, Timestamp);

record!(Snapshot {
    name,
    key,
    state,
    machine_state,
    r#override,
    overrides,
    generation,
    since: Timestamp,
    totals,
    failures_in_a_row,
    window,
    ramp,
    probes_in_flight,
    in_flight,
    probes,
    key_stats,
    open_period: maybe_duration,
    retry_after: maybe_duration,
    fleet,
    latency,
    latency_to_head,
    outage,
    past_outages,
    transitions,
    history,
    actions,
    config,
    layers,
    declared_at,
});

record!(Totals {
    calls,
    successes,
    failures,
    failures_by_kind,
    ignored,
    cancelled,
    slow,
    rejected,
    rejections,
    would_reject,
    spared,
    stale,
    fallback_successes,
    fallback_failures,
    opens,
    half_opens,
    closes,
    open_time: ExactDuration,
    last_success_at: maybe_timestamp,
    last_success_is_lower_bound,
    last_failure_at: maybe_timestamp,
    last_transition_at: maybe_timestamp,
});

record!(Failures {
    returned,
    panicked,
    timed_out,
    dropped,
    slow,
    silent,
});

record!(Rejections {
    open,
    half_open_full,
    ramp,
    forced,
    probed_elsewhere,
    full,
});

record!(WindowStats {
    calls,
    failures,
    failures_by_kind,
    slow,
    failure_rate,
    slow_rate,
    frozen,
});

record!(ProbeProgress {
    succeeded,
    failed,
    success_threshold,
    probe_failures,
});

record!(KeyStats {
    name,
    keys,
    states,
    recent_states,
    machine_states,
    unlisted,
    totals,
    transitions,
    probes_in_flight,
    in_flight,
    outage_since: maybe_timestamp,
    latency,
    latency_to_head,
});

record!(Override {
    state,
    reason,
    by,
    layer,
    since: Timestamp,
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

record!(Cause {
    text,
    function,
    file,
    line,
});

record!(Outage {
    began_at: Timestamp,
    closed_at: maybe_timestamp,
    ended_at: maybe_timestamp,
    lasted: ExactDuration,
    first,
    last,
    openings,
    probes,
    rejected,
    fallbacks,
});

record!(Transition {
    from,
    to,
    reason,
    generation,
    due_at: maybe_timestamp,
    open_period: maybe_duration,
    failures,
    failures_by_kind,
    rate,
    cause,
    shadow,
    by,
});

fn maybe_duration(duration: Option<Duration>) -> Option<ExactDuration> {
    duration.map(ExactDuration)
}

fn maybe_timestamp(at: Option<SystemTime>) -> Option<Timestamp> {
    at.map(Timestamp)
}

/// Serializes `count`, `sum`, the quantiles `p50`, `p95` and `p99`, and `buckets`, which are pairs of the
/// longest duration in the bucket and the number of calls in it.
impl Serialize for Latency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut latency = serializer.serialize_struct("Latency", 6)?;
        latency.serialize_field("count", &self.count())?;
        latency.serialize_field("sum", &ExactDuration(self.sum()))?;
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            latency.serialize_field(name, &self.quantile(share).map(ExactDuration))?;
        }
        latency.serialize_field("buckets", &Buckets(self))?;
        latency.end()
    }
}

struct Buckets<'a>(&'a Latency);

impl Serialize for Buckets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buckets = self.0.buckets();
        serializer.collect_seq(buckets.map(|(longest, calls)| (ExactDuration(longest), calls)))
    }
}

/// Serializes the number of calls or the duration, as in a file.
impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Calls(calls) => calls.serialize(serializer),
            Self::Time(time) => ExactDuration(*time).serialize(serializer),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => count.serialize(serializer),
            Self::Rate(number) | Self::Share(number) | Self::Factor(number) => {
                number.serialize(serializer)
            }
            Self::Period(period) => ExactDuration(*period).serialize(serializer),
            Self::Window(window) => window.serialize(serializer),
            Self::Flag(flag) => flag.serialize(serializer),
            Self::Off => "off".serialize(serializer),
        }
    }
}

/// Serializes the section of a file that gives all settings; a setting that is off is `"off"`.
impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut settings = serializer.serialize_struct("Settings", Setting::ALL.len())?;
        for setting in Setting::ALL {
            settings.serialize_field(setting.name(), &self.value(setting))?;
        }
        settings.end()
    }
}

/// Serializes the settings that are given, as the section of a file.
impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.given().map(|(setting, value)| (setting.name(), value)))
    }
}

/// Serializes the settings that are given, as the section of a file.
impl Serialize for Overrides {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Config::from(self).serialize(serializer)
    }
}

/// Serializes a map from the name of each setting to its layer.
impl Serialize for Layers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests;
