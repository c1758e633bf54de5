//! OpenTelemetry instruments, which read the breakers when they are collected. Needs the feature `opentelemetry`.
//!
//! A call does no extra work for this module. [`observe`] registers observable instruments with a meter. When a reader
//! of the SDK collects them, they take a snapshot of every breaker:
//!
//! ```
//! use breaker_runtime::Registry;
//!
//! // Once, after the program has installed its meter provider.
//! let meter = opentelemetry::global::meter("breaker");
//! breaker_runtime::opentelemetry::observe(&meter, Registry::global());
//! ```
//!
//! # The instruments
//!
//! Each instrument corresponds to a series of the module `metrics`.
//!
//! | instrument | kind | attributes other than `circuit_breaker.name` | meaning |
//! |---|---|---|---|
//! | `circuit_breaker.calls` | counter | `circuit_breaker.outcome`: `success`, `failure`, `ignored`, `cancelled` | calls that have ended; rejected calls are not included |
//! | `circuit_breaker.failures` | counter | `circuit_breaker.kind`: `returned`, `panicked`, `timed_out`, `dropped`, `slow`, `silent` | failures, by what made the call a failure |
//! | `circuit_breaker.slow_calls` | counter | | calls that took at least `slow_call` |
//! | `circuit_breaker.stale` | counter | | calls that ended too late to decide anything |
//! | `circuit_breaker.rejected` | counter | `circuit_breaker.reason`: `open`, `half_open_full`, `ramp`, `forced`, `probed_elsewhere`, `full` | calls that were rejected |
//! | `circuit_breaker.would_reject` | counter | `circuit_breaker.reason`, as above | calls that were admitted only because of the setting `shadow` |
//! | `circuit_breaker.fallbacks` | counter | `circuit_breaker.result`: `success`, `failure` | answers of the fallback |
//! | `circuit_breaker.state` | gauge | `circuit_breaker.state`: `closed`, `open`, `half_open`, `forced_open`, `forced_closed` | 1 for the current state as callers meet it, 0 for the other four |
//! | `circuit_breaker.machine_state` | gauge | `circuit_breaker.state`: `closed`, `open`, `half_open` | 1 for the current state beneath overrides and the setting `shadow`, 0 for the other two |
//! | `circuit_breaker.transitions` | counter | `circuit_breaker.from`, `circuit_breaker.to`, `circuit_breaker.reason` | state transitions; overrides are not included |
//! | `circuit_breaker.open_time` | counter, in seconds | | time spent open, including the current open period; overrides are not included |
//! | `circuit_breaker.outage` | gauge, in seconds | | age of the current outage, 0 without one; for a name with keys, that of the oldest |
//! | `circuit_breaker.failure_rate` | gauge | | the share of failures in the window |
//! | `circuit_breaker.slow_call_rate` | gauge | | the share of slow calls in the window |
//! | `circuit_breaker.probes_in_flight` | gauge | | probes in flight while the circuit is half open |
//! | `circuit_breaker.in_flight` | gauge | | calls in flight that hold a place; only with the setting `max_in_flight` |
//! | `circuit_breaker.call_duration.bucket` | counter | `le` | calls that took at most `le` seconds; only with the setting `latency` |
//! | `circuit_breaker.call_duration.sum` | counter, in seconds | | the total duration of these calls; only with the setting `latency` |
//! | `circuit_breaker.time_to_head.bucket` | counter | `le` | answers in parts whose first part arrived within `le` seconds; only with the setting `latency` |
//! | `circuit_breaker.time_to_head.sum` | counter, in seconds | | the total time until these first parts; only with the setting `latency` |
//! | `circuit_breaker.keys` | gauge | `circuit_breaker.state` | keys that have a breaker, by the state of that breaker; only for names with keys |
//! | `circuit_breaker.unlisted_calls` | counter | | calls whose key had no room under `max_keys`; only for names with keys |
//! | `circuit_breaker.spared` | counter | | times that the circuit of a key would have opened and stayed closed because of `max_open_share`; only for names with keys |
//! | `circuit_breaker.fleet.connected` | gauge | `circuit_breaker.fleet` | 1 while the store of the fleet answers, 0 while this instance decides alone |
//! | `circuit_breaker.fleet.members` | gauge | `circuit_breaker.fleet` | live members of the fleet, as this instance last heard |
//! | `circuit_breaker.fleet.state` | gauge | `circuit_breaker.state`: `closed`, `open`, `probing`, `forced_open`, `forced_closed` | 1 for the current state of the circuit in the whole fleet, 0 for the other four |
//! | `circuit_breaker.fleet.votes` | gauge | | members that vote to open the circuit, or whose votes have opened it |
//! | `circuit_breaker.fleet.votes_here` | gauge | | 1 while this instance votes to open the circuit |
//! | `circuit_breaker.fleet.round_trips` | counter | `circuit_breaker.fleet` | batches that the store has answered |
//! | `circuit_breaker.fleet.errors` | counter | `circuit_breaker.fleet`, `circuit_breaker.why`: `away`, `refused`, `panicked`, `ignored` | batches without an answer, panics of the task that sends them, and values that made no sense and were ignored |
//! | `circuit_breaker.fleet.lag.bucket` | counter | `circuit_breaker.fleet`, `le` | changes that took at most `le` seconds from the store to this instance |
//! | `circuit_breaker.fleet.lag.sum` | counter, in seconds | `circuit_breaker.fleet` | the total duration of these |
//!
//! **Counters** never decrease, neither when a key is evicted nor when a breaker is [removed](Registry::remove) and
//! another one is made under its name.
//!
//! **Rates** have no data point while they are unknown: without a `window`, and below `min_calls`. The gauges of a
//! removed breaker have none either.
//!
//! **Durations** are one counter per bucket, because OpenTelemetry has no observable histogram. As in Prometheus, `le`
//! is the end of the bucket in seconds, and `+Inf` stands for all calls. The counts come from the histogram of the
//! breaker ([`Latency`](crate::Latency)), whose buckets are at most an eighth wide. A backend that supports such
//! counters, as Prometheus does, can compute quantiles over any period and over several processes:
//! `histogram_quantile(0.95, sum by (le) (rate(circuit_breaker_call_duration_bucket_total[5m])))`.
//!
//! **Fleets** have the attribute `circuit_breaker.fleet`, which is the namespace, instead of `circuit_breaker.name`,
//! where a number is counted once for the whole registry. All instruments of the fleet have no data points as long as
//! no fleet is joined, and those of a breaker have none unless it is `shared`.
//!
//! **Keys** are not attributes, because there may be any number of them. The counts of all keys of a name are added up
//! under the name. [`observe_with_keys`] adds an attribute for a limited number of keys.

#![doc(alias = "otel")]
#![doc(alias = "otlp")]

mod collected;
mod instruments;

use ::opentelemetry::metrics::Meter;

use self::instruments::Instruments;
use crate::registry::Registry;

/// Registers instruments with a meter, which read the breakers of a registry when they are collected.
///
/// The [module](self) lists the instruments. They exist as long as the provider of the meter. Call this function once
/// for each pair of a registry and a meter.
///
/// A collection is a reading: it applies transitions that are due, and so may notify listeners. A listener must not
/// start a collection, because the SDK holds a lock meanwhile.
pub fn observe(meter: &Meter, registry: &Registry) {
    observe_with_keys(meter, registry, 0);
}

/// Registers instruments as [`observe`] does, and gives at most `max` keys of each name the attribute
/// `circuit_breaker.key`.
///
/// The first keys that are seen get the attribute, and never lose it. The other keys, and calls without a key, are
/// added up in the data points without the attribute. So the sum over all data points of a name is still the number of
/// its calls. No counter decreases when a key is evicted; the gauges of the key then have no data points.
///
/// **Everybody with access to the metrics can read the attributes.** Do not use this function for keys that identify a
/// person, such as users or tenants.
///
/// # Examples
///
/// ```
/// use breaker_runtime::Registry;
/// use breaker_runtime::opentelemetry::observe_with_keys;
///
/// let meter = opentelemetry::global::meter("breaker");
/// observe_with_keys(&meter, Registry::global(), 50);
/// ```
pub fn observe_with_keys(meter: &Meter, registry: &Registry, max: usize) {
    Instruments::new(meter, registry, max).build_all();
}
