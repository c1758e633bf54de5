//! The list of all series.

/// One series.
#[derive(Clone, Copy)]
pub(in crate::integrations) struct Row {
    /// The name in `metrics`, and so in Prometheus.
    pub(in crate::integrations) name: &'static str,
    /// The name in OpenTelemetry.
    #[cfg(feature = "opentelemetry")]
    pub(in crate::integrations) instrument: &'static str,
    pub(in crate::integrations) kind: RowKind,
    #[cfg(feature = "opentelemetry")]
    pub(in crate::integrations) unit: &'static str,
    /// The names of the labels without that of the key; the first one is `breaker`.
    #[cfg(feature = "metrics")]
    pub(in crate::integrations) labels: &'static [&'static str],
    pub(in crate::integrations) help: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::integrations) enum RowKind {
    Counter,
    /// A counter of seconds.
    Seconds,
    Gauge,
    GaugeOfSeconds,
    /// A histogram of seconds.
    Histogram,
}

/// Makes the constants of all rows, and the list of them.
macro_rules! rows {
    ($(
        $NAME:ident: $Kind:ident $name:literal, $instrument:literal [$unit:literal], [$($label:literal),*], $help:literal;
    )*) => {
        $(
            pub(in crate::integrations) const $NAME: Row = Row {
                name: $name,
                #[cfg(feature = "opentelemetry")]
                instrument: $instrument,
                kind: RowKind::$Kind,
                #[cfg(feature = "opentelemetry")]
                unit: $unit,
                #[cfg(feature = "metrics")]
                labels: &["breaker", $($label),*],
                help: $help,
            };
        )*

        /// All series, in the order of the documentation.
        pub(in crate::integrations) const ROWS: [Row; [$($name),*].len()] = [$($NAME),*];
    };
}

rows! {
    CALLS: Counter "circuit_breaker_calls_total", "circuit_breaker.calls" ["{call}"], ["outcome"],
        "Calls that have ended, by outcome; rejected calls are not included.";
    FAILURES: Counter "circuit_breaker_failures_total", "circuit_breaker.failures" ["{call}"], ["kind"],
        "Failures, by what made the call a failure.";
    SLOW_CALLS: Counter "circuit_breaker_slow_calls_total", "circuit_breaker.slow_calls" ["{call}"], [],
        "Calls that took at least slow_call.";
    STALE: Counter "circuit_breaker_stale_total", "circuit_breaker.stale" ["{call}"], [],
        "Calls that ended in another generation than they began in, and so decided nothing.";
    REJECTED: Counter "circuit_breaker_rejected_total", "circuit_breaker.rejected" ["{call}"], ["reason"],
        "Calls that were rejected, by reason.";
    FALLBACKS: Counter "circuit_breaker_fallbacks_total", "circuit_breaker.fallbacks" ["{answer}"], ["result"],
        "Answers of the fallback, classified as the function's own answers are.";
    STATE: Gauge "circuit_breaker_state", "circuit_breaker.state" ["{breaker}"], ["state"],
        "1 for the current state as callers meet it, 0 for the others; for a name with keys, its override, else the \
         state of most keys that were used within idle_ttl, and of two equally frequent states the worse one.";
    TRANSITIONS: Counter "circuit_breaker_transitions_total", "circuit_breaker.transitions" ["{transition}"],
        ["from", "to", "reason"],
        "State transitions; overrides are not included.";
    OPEN_SECONDS: Seconds "circuit_breaker_open_seconds_total", "circuit_breaker.open_time" ["s"], [],
        "Time spent open, including the current open period; overrides are not included.";
    OUTAGE: GaugeOfSeconds "circuit_breaker_outage_seconds", "circuit_breaker.outage" ["s"], [],
        "Age of the current outage, 0 without one; for a name with keys, that of the oldest.";
    FAILURE_RATE: Gauge "circuit_breaker_failure_rate", "circuit_breaker.failure_rate" ["1"], [],
        "Share of failures in the window, 0 to 1; unknown without a window and below min_calls.";
    SLOW_CALL_RATE: Gauge "circuit_breaker_slow_call_rate", "circuit_breaker.slow_call_rate" ["1"], [],
        "Share of slow calls in the window, 0 to 1; unknown without a window and below min_calls.";
    PROBES_IN_FLIGHT: Gauge "circuit_breaker_probes_in_flight", "circuit_breaker.probes_in_flight" ["{probe}"], [],
        "Probes in flight while the circuit is half open.";
    CALL_DURATION: Histogram "circuit_breaker_call_duration_seconds", "circuit_breaker.call_duration" ["s"], [],
        "Duration of calls that ended with an outcome.";
    KEYS: Gauge "circuit_breaker_keys", "circuit_breaker.keys" ["{key}"], ["state"],
        "Keys that have a breaker, by the state of that breaker.";
    UNLISTED_CALLS: Counter "circuit_breaker_unlisted_calls_total", "circuit_breaker.unlisted_calls" ["{call}"], [],
        "Calls whose key had no room under max_keys.";
}

/// Upper bounds of buckets for durations, in seconds.
pub(in crate::integrations) const DURATION_BOUNDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
