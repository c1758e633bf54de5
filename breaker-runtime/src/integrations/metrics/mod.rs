//! The series of the `metrics` facade, for Prometheus and other systems. Needs the feature `metrics`.
//!
//! Calls through a breaker measure nothing for this module. [`publish`] takes a snapshot of every breaker and writes
//! the values to the program's recorder. Call it once when the program starts, so that all series exist before the
//! first call. Then call it whenever the values are read: before each scrape or, if the exporter pushes, every few
//! seconds.
//!
//! ```
//! use breaker_runtime::metrics::{DURATION_BUCKETS, Publisher};
//! use breaker_runtime::{Config, Registry};
//! use metrics_exporter_prometheus::PrometheusBuilder;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A program calls `.install_recorder()?` instead of `.build_recorder()`.
//! let prometheus = PrometheusBuilder::new()
//!     .set_buckets(DURATION_BUCKETS)?
//!     .build_recorder();
//!
//! let registry = Registry::new();
//! let payment = registry.get_or_create("payment", Config::new())?;
//! payment.trip();
//! assert!(payment.try_acquire().is_err());
//!
//! // A program calls `breaker_runtime::metrics::publish()`, which publishes the global registry.
//! let publisher = Publisher::new(&registry);
//! metrics::with_local_recorder(&prometheus, || publisher.publish());
//!
//! let scrape = prometheus.handle().render();
//! for line in [
//!     r#"circuit_breaker_state{breaker="payment",state="open"} 1"#,
//!     r#"circuit_breaker_state{breaker="payment",state="closed"} 0"#,
//!     r#"circuit_breaker_rejected_total{breaker="payment",reason="open"} 1"#,
//! ] {
//!     assert!(scrape.lines().any(|other| other == line), "{scrape}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The series
//!
//! [`SERIES`] contains this list as values.
//!
//! | series | kind | labels other than `breaker` | meaning |
//! |---|---|---|---|
//! | `circuit_breaker_calls_total` | counter | `outcome`: `success`, `failure`, `ignored`, `cancelled` | calls that have ended; rejected calls are not included |
//! | `circuit_breaker_failures_total` | counter | `kind`: `returned`, `panicked`, `timed_out`, `dropped`, `slow`, `silent` | failures, by what made the call a failure |
//! | `circuit_breaker_slow_calls_total` | counter | | calls that took at least `slow_call` |
//! | `circuit_breaker_stale_total` | counter | | calls that ended too late to decide anything |
//! | `circuit_breaker_rejected_total` | counter | `reason`: `open`, `half_open_full`, `ramp`, `forced`, `probed_elsewhere`, `full` | calls that were rejected |
//! | `circuit_breaker_would_reject_total` | counter | `reason`, as above | calls that were admitted only because of the setting `shadow` |
//! | `circuit_breaker_fallbacks_total` | counter | `result`: `success`, `failure` | answers of the fallback |
//! | `circuit_breaker_state` | gauge | `state`: `closed`, `open`, `half_open`, `forced_open`, `forced_closed` | 1 for the current state as callers meet it, 0 for the other four |
//! | `circuit_breaker_machine_state` | gauge | `state`: `closed`, `open`, `half_open` | 1 for the current state beneath overrides and the setting `shadow`, 0 for the other two |
//! | `circuit_breaker_transitions_total` | counter | `from`, `to`, `reason` | state transitions; overrides are not included |
//! | `circuit_breaker_open_seconds_total` | counter | | whole seconds spent open, including the current open period; overrides are not included |
//! | `circuit_breaker_outage_seconds` | gauge | | age of the current outage, 0 without one; for a name with keys, that of the oldest |
//! | `circuit_breaker_failure_rate` | gauge | | the share of failures in the window |
//! | `circuit_breaker_slow_call_rate` | gauge | | the share of slow calls in the window |
//! | `circuit_breaker_probes_in_flight` | gauge | | probes in flight while the circuit is half open |
//! | `circuit_breaker_in_flight` | gauge | | calls in flight that hold a place; only with the setting `max_in_flight` |
//! | `circuit_breaker_call_duration_seconds` | histogram | | how long calls took; only with the setting `latency` |
//! | `circuit_breaker_time_to_head_seconds` | histogram | | how long the first part took of answers that arrive in parts, such as streams; only with the setting `latency` |
//! | `circuit_breaker_keys` | gauge | `state` | keys that have a breaker, by the state of that breaker; only for names with keys |
//! | `circuit_breaker_unlisted_calls_total` | counter | | calls whose key had no room under `max_keys`; only for names with keys |
//! | `circuit_breaker_spared_total` | counter | | times that the circuit of a key would have opened and stayed closed because of `max_open_share`; only for names with keys |
//! | `circuit_breaker_fleet_connected` | gauge | `fleet` | 1 while the store of the fleet answers, 0 while this instance decides alone |
//! | `circuit_breaker_fleet_members` | gauge | `fleet` | live members of the fleet, as this instance last heard |
//! | `circuit_breaker_fleet_state` | gauge | `state`: `closed`, `open`, `probing`, `forced_open`, `forced_closed` | 1 for the current state of the circuit in the whole fleet, 0 for the other four |
//! | `circuit_breaker_fleet_votes` | gauge | | members that vote to open the circuit, or whose votes have opened it |
//! | `circuit_breaker_fleet_votes_here` | gauge | | 1 while this instance votes to open the circuit |
//! | `circuit_breaker_fleet_round_trips_total` | counter | `fleet` | batches that the store has answered |
//! | `circuit_breaker_fleet_errors_total` | counter | `fleet`, `why`: `away`, `refused`, `panicked`, `ignored` | batches without an answer, panics of the task that sends them, and values that made no sense and were ignored |
//! | `circuit_breaker_fleet_lag_seconds` | histogram | `fleet` | how long changes took from the store to this instance |
//!
//! `circuit_breaker_calls_total` includes the slow and the stale calls. In `circuit_breaker_failures_total`, a `slow`
//! call and a `silent` probe count when they are judged, even while they are in flight. If such a call then fails in
//! another way, it counts a second time, under that kind.
//!
//! `circuit_breaker_state` of a name with keys shows what most callers of the name meet: its override or, without one,
//! the state of most keys that were used within `idle_ttl`. If several states are equally frequent, it shows the worst
//! of them ([`prevailing_state`](crate::KeyStats::prevailing_state)). `circuit_breaker_keys` shows the states of all
//! keys, and `circuit_breaker_machine_state` the state that most of them are in beneath overrides and `shadow`.
//!
//! **Counters** never decrease, neither when a key is evicted nor when a breaker is [removed](crate::Registry::remove)
//! and another one is made under its name. All their label values are written as 0 from the start, so that `rate` and
//! `increase` also see the first event.
//!
//! **Fleets**: `connected`, `members`, `round_trips`, `errors` and `lag` are counted once for the whole registry, so they
//! have the label `fleet`, which is the namespace, instead of `breaker`. No series of the fleet exists before one is
//! joined, and those of a breaker exist only if it is `shared`. For a name with keys, they show the circuit of the name
//! itself; labelled keys have their own. The gauges of a breaker that is no longer shared are 0, and `connected` and
//! `members` are `NaN` after the registry has left its fleet.
//!
//! **Rates** are unknown without a `window`, and below `min_calls`. The facade cannot delete a gauge. So a rate is
//! first written when it becomes known, and is `NaN` whenever it is unknown again: a comparison with `NaN` is false in
//! a query, and a graph shows a gap.
//!
//! **Keys** are not labels, because there may be any number of them. The counts of all keys of a name, including
//! evicted ones, are added up under the name. The two rates would be those of the breaker of the name itself, and are
//! unknown, because calls with a key go through the breaker of the key. [`Publisher::with_key_labels`] labels a
//! limited number of keys.
//!
//! **Open seconds** are whole because the facade's counters are. A fraction of a second is not lost: it is included
//! once the second is full.
//!
//! **Durations** come from the histogram of the breaker ([`Latency`](crate::Latency)), whose buckets are at most an
//! eighth wide. Each call is recorded with a value one sixteenth below the end of its bucket, so sums and quantiles are
//! off by at most a fifteenth. Use [`DURATION_BUCKETS`] for exporters that need fixed buckets.
//!
//! **Several registries** that one recorder receives need different labels, because otherwise breakers with the same
//! name would share their series: see [`Publisher::with_labels`].
//!
//! **A removed breaker** keeps its counters, including what it counted since the last [`publish`]. Its gauges become 0,
//! and its rates `NaN`. A breaker that is made and removed between two calls of `publish` is not seen.

#![doc(alias = "prometheus")]

mod published;
mod publisher;
mod series;

pub use self::publisher::{InvalidLabel, Publisher, publish};
pub use self::series::{DURATION_BUCKETS, Kind, SERIES, Series, describe};
