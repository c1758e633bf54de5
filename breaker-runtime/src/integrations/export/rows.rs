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
    /// The name of the first label: `breaker`, or `fleet` for what is counted once for a whole registry.
    #[cfg(feature = "opentelemetry")]
    pub(in crate::integrations) of: &'static str,
    /// The names of the labels without that of the key.
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
        $NAME:ident: $Kind:ident $name:literal, $instrument:literal [$unit:literal], $of:literal [$($label:literal),*],
        $help:literal;
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
                labels: &[$of, $($label),*],
                #[cfg(feature = "opentelemetry")]
                of: $of,
                help: $help,
            };
        )*

        /// All series, in the order of the documentation.
        pub(in crate::integrations) const ROWS: [Row; [$($name),*].len()] = [$($NAME),*];
    };
}

rows! {
    CALLS: Counter "circuit_breaker_calls_total", "circuit_breaker.calls" ["{call}"], "breaker" ["outcome"],
        "Calls that have ended, by outcome; rejected calls are not included.";
    FAILURES: Counter "circuit_breaker_failures_total", "circuit_breaker.failures" ["{call}"], "breaker" ["kind"],
        "Failures, by what made the call a failure.";
    SLOW_CALLS: Counter "circuit_breaker_slow_calls_total", "circuit_breaker.slow_calls" ["{call}"], "breaker" [],
        "Calls that took at least slow_call.";
    STALE: Counter "circuit_breaker_stale_total", "circuit_breaker.stale" ["{call}"], "breaker" [],
        "Calls that ended in another generation than they began in, and so decided nothing.";
    REJECTED: Counter "circuit_breaker_rejected_total", "circuit_breaker.rejected" ["{call}"], "breaker" ["reason"],
        "Calls that were rejected, by reason.";
    WOULD_REJECT: Counter "circuit_breaker_would_reject_total", "circuit_breaker.would_reject" ["{call}"], "breaker" ["reason"],
        "Calls that were admitted only because of the setting shadow, by the reason for which they would have been rejected.";
    FALLBACKS: Counter "circuit_breaker_fallbacks_total", "circuit_breaker.fallbacks" ["{answer}"], "breaker" ["result"],
        "Answers of the fallback, classified as the function's own answers are.";
    STATE: Gauge "circuit_breaker_state", "circuit_breaker.state" ["{breaker}"], "breaker" ["state"],
        "1 for the current state as callers meet it, 0 for the others; for a name with keys, its override, else the \
         state of most keys that were used within idle_ttl, and of two equally frequent states the worse one.";
    MACHINE_STATE: Gauge "circuit_breaker_machine_state", "circuit_breaker.machine_state" ["{breaker}"], "breaker" ["state"],
        "1 for the current state beneath overrides and the setting shadow, 0 for the others; for a name with keys, the \
         state of most keys, and of two equally frequent states the worse one.";
    TRANSITIONS: Counter "circuit_breaker_transitions_total", "circuit_breaker.transitions" ["{transition}"],
        "breaker" ["from", "to", "reason"],
        "State transitions; overrides are not included.";
    OPEN_SECONDS: Seconds "circuit_breaker_open_seconds_total", "circuit_breaker.open_time" ["s"], "breaker" [],
        "Time spent open, including the current open period; overrides are not included.";
    OUTAGE: GaugeOfSeconds "circuit_breaker_outage_seconds", "circuit_breaker.outage" ["s"], "breaker" [],
        "Age of the current outage, 0 without one; for a name with keys, that of the oldest.";
    FAILURE_RATE: Gauge "circuit_breaker_failure_rate", "circuit_breaker.failure_rate" ["1"], "breaker" [],
        "Share of failures in the window, 0 to 1; unknown without a window and below min_calls.";
    SLOW_CALL_RATE: Gauge "circuit_breaker_slow_call_rate", "circuit_breaker.slow_call_rate" ["1"], "breaker" [],
        "Share of slow calls in the window, 0 to 1; unknown without a window and below min_calls.";
    PROBES_IN_FLIGHT: Gauge "circuit_breaker_probes_in_flight", "circuit_breaker.probes_in_flight" ["{probe}"], "breaker" [],
        "Probes in flight while the circuit is half open.";
    IN_FLIGHT: Gauge "circuit_breaker_in_flight", "circuit_breaker.in_flight" ["{call}"], "breaker" [],
        "Calls in flight that hold a place under max_in_flight; only with that setting.";
    CALL_DURATION: Histogram "circuit_breaker_call_duration_seconds", "circuit_breaker.call_duration" ["s"], "breaker" [],
        "Duration of calls that ended with an outcome.";
    TIME_TO_HEAD: Histogram "circuit_breaker_time_to_head_seconds", "circuit_breaker.time_to_head" ["s"], "breaker" [],
        "Time until the first part of an answer that arrives in parts, such as the first item of a stream.";
    KEYS: Gauge "circuit_breaker_keys", "circuit_breaker.keys" ["{key}"], "breaker" ["state"],
        "Keys that have a breaker, by the state of that breaker.";
    UNLISTED_CALLS: Counter "circuit_breaker_unlisted_calls_total", "circuit_breaker.unlisted_calls" ["{call}"], "breaker" [],
        "Calls whose key had no room under max_keys.";
    SPARED: Counter "circuit_breaker_spared_total", "circuit_breaker.spared" ["{opening}"], "breaker" [],
        "Times that the circuit of a key would have opened and stayed closed because of max_open_share.";
    FLEET_CONNECTED: Gauge "circuit_breaker_fleet_connected", "circuit_breaker.fleet.connected" ["1"], "fleet" [],
        "1 while the store of the fleet answers, 0 while this instance decides alone.";
    FLEET_MEMBERS: Gauge "circuit_breaker_fleet_members", "circuit_breaker.fleet.members" ["{member}"], "fleet" [],
        "Live members of the fleet, as this instance last heard.";
    FLEET_STATE: Gauge "circuit_breaker_fleet_state", "circuit_breaker.fleet.state" ["{breaker}"], "breaker" ["state"],
        "1 for the current state of the circuit in the whole fleet, 0 for the others.";
    FLEET_VOTES: Gauge "circuit_breaker_fleet_votes", "circuit_breaker.fleet.votes" ["{vote}"], "breaker" [],
        "Members that vote to open the circuit, or whose votes have opened it.";
    FLEET_VOTES_HERE: Gauge "circuit_breaker_fleet_votes_here", "circuit_breaker.fleet.votes_here" ["1"], "breaker" [],
        "1 while this instance votes to open the circuit, 0 otherwise.";
    FLEET_ROUND_TRIPS: Counter "circuit_breaker_fleet_round_trips_total", "circuit_breaker.fleet.round_trips" ["{batch}"],
        "fleet" [],
        "Batches that the store of the fleet has answered.";
    FLEET_ERRORS: Counter "circuit_breaker_fleet_errors_total", "circuit_breaker.fleet.errors" ["{error}"], "fleet" ["why"],
        "Batches that the store of the fleet did not answer, and other errors of the exchange with it.";
    FLEET_LAG: Histogram "circuit_breaker_fleet_lag_seconds", "circuit_breaker.fleet.lag" ["s"], "fleet" [],
        "How long changes took from the store of the fleet to this instance.";
}

/// Upper bounds of buckets for durations, in seconds.
pub(in crate::integrations) const DURATION_BOUNDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
