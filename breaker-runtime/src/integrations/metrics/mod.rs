//! The breakers of a registry as series of the `metrics` facade.
//!
//! Nothing is measured on the way of a call. [`publish`] looks at every breaker and writes what it
//! finds into the recorder of the program, so it is called once when the program starts, that all
//! series are there before the first call, and then whenever they are read: before each scrape, or
//! every few seconds where an exporter pushes.
//!
//! ```
//! use breaker_runtime::metrics::{DURATION_BUCKETS, Publisher};
//! use breaker_runtime::{Config, Registry};
//! use metrics_exporter_prometheus::PrometheusBuilder;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In a program: `.install_recorder()?` instead of the last one of these lines.
//! let prometheus = PrometheusBuilder::new()
//!     .set_buckets(DURATION_BUCKETS)?
//!     .build_recorder();
//!
//! let registry = Registry::new();
//! let payment = registry.get_or_create("payment", Config::new())?;
//! payment.trip();
//! assert!(payment.try_acquire().is_err());
//!
//! // In a program: `breaker_runtime::metrics::publish()`, which is about the global registry.
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
//! [`SERIES`] is this list as values.
//!
//! | series | kind | labels beside `breaker` | what it tells |
//! |---|---|---|---|
//! | `circuit_breaker_calls_total` | counter | `outcome`: `success`, `failure`, `ignored`, `cancelled` | calls that have ended; a rejection is no call |
//! | `circuit_breaker_slow_calls_total` | counter | | of these, those that took at least `slow_call` |
//! | `circuit_breaker_stale_total` | counter | | of these, those that ended too late to decide anything |
//! | `circuit_breaker_rejected_total` | counter | `reason`: `open`, `half_open_full`, `ramp`, `forced` | calls that were refused |
//! | `circuit_breaker_fallbacks_total` | counter | `result`: `success`, `failure` | answers of the fallback |
//! | `circuit_breaker_state` | gauge | `state`: `closed`, `open`, `half_open`, `forced_open`, `forced_closed` | 1 for the state that callers meet, 0 for the four others |
//! | `circuit_breaker_transitions_total` | counter | `from`, `to`, `reason` | changes of state, beneath any override |
//! | `circuit_breaker_open_seconds_total` | counter | | whole seconds spent open, the present stay included; overrides do not count |
//! | `circuit_breaker_failure_rate` | gauge | | the share of failures in the window |
//! | `circuit_breaker_slow_call_rate` | gauge | | the share of slow calls in the window |
//! | `circuit_breaker_probes_in_flight` | gauge | | probes on their way while half open |
//! | `circuit_breaker_call_duration_seconds` | histogram | | how long calls took; only with the key `latency` |
//! | `circuit_breaker_keys` | gauge | `state` | keys that have a breaker, by its state; only for names with keys |
//! | `circuit_breaker_unlisted_calls_total` | counter | | calls whose key found no room under `max_keys`; only for names with keys |
//!
//! **Counters never go back**: not when a key is given up, nor when a breaker is
//! [removed](crate::Registry::remove) and another one is made under its name. All their labels are
//! written as 0 from the start, so that `rate` and `increase` see the first event too.
//!
//! **Rates** are unknown without a `window`, and below `min_calls`. The facade cannot take a gauge
//! back, so they are not written before they are known first, and are `NaN` whenever they are not
//! known after that: a comparison with `NaN` is false in a query, and a graph has a gap there.
//!
//! **Keys** are no labels, as there may be any number of them. What the breakers of all keys of a
//! name have counted is added up under the name, together with those that are gone. The name's own
//! breaker has the `state`, which is closed unless it is steered by hand, and the rates, of which it
//! has none; `circuit_breaker_keys` tells how the keys are.
//!
//! **Open seconds** are whole, as the facade's counters are: what is left of a second is not lost but
//! told with the next.
//!
//! **Durations** come from the histogram of the breaker ([`Latency`](crate::Latency)), whose buckets
//! are at most an eighth wide: each of their calls is recorded with a sixteenth less than the end of its
//! bucket, so the sum and the quantiles are at most a fifteenth off. Exporters that want to know their
//! buckets beforehand find some in [`DURATION_BUCKETS`].
//!
//! **A breaker that is removed** keeps its counters, with what it counted since they were published
//! last; its gauges become 0, the rates `NaN`. One that was made and removed in between is not seen.

mod counts;
mod published;
mod publisher;
mod series;

pub use self::publisher::{Publisher, publish};
pub use self::series::{DURATION_BUCKETS, Kind, SERIES, Series, describe};
