//! The keys of the attribute, in the order of the documentation.

use std::fmt::Write as _;

/// What a key's value is read as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Name,
    /// A setting of the breaker.
    Number(Range),
    /// A duration that holds for one function.
    Limit(Range),
    Hint,
    Pattern,
    Classifier,
    Fallback,
    FallbackOn,
    Key,
    Registry,
    Crate,
}

/// The range of a setting: checked here for a literal, by a const assertion for an expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) bound: Bound,
    /// What is said of a value outside of the range; of a flag, what it can be.
    pub(crate) words: &'static str,
}

/// The type and the limits of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// `u32`, at least 1.
    Count,
    /// `usize`, at least 1.
    Size,
    /// `f64`, finite and at least 1.
    Growth,
    /// `f64`, from 0 to 1, both included.
    Share,
    /// `f64`, above 0 and at most 1.
    Rate,
    /// `Duration`, longer than zero.
    Period,
    /// The same, or no duration at all.
    PeriodOrOff,
    /// `u32`, at least 1, or `Duration`, longer than zero.
    Window,
    /// `bool`.
    Flag,
}

/// One row of the table of keys.
struct Row {
    name: &'static str,
    kind: Kind,
    example: &'static str,
    /// What other circuit breakers call it.
    others: &'static [&'static str],
}

const LONGER_THAN_ZERO: &str = "a duration must be longer than zero";
const TRUE_OR_FALSE: &str = "`true` or `false`";

const fn number(bound: Bound, words: &'static str) -> Kind {
    Kind::Number(Range { bound, words })
}

macro_rules! keys {
    ($($key:ident: $name:literal, $kind:expr, $example:literal, [$($other:literal),* $(,)?];)*) => {
        /// A key of the attribute; ordered as in the documentation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Key {
            $($key),*
        }

        impl Key {
            /// Every key, in the order of the documentation.
            pub(crate) const ALL: &[Self] = &[$(Self::$key),*];

            fn row(self) -> Row {
                match self {
                    $(Self::$key => Row {
                        name: $name,
                        kind: $kind,
                        example: $example,
                        others: &[$($other),*],
                    },)*
                }
            }
        }
    };
}

keys! {
    Name: "name", Kind::Name, "\"payment\"",
        ["breaker", "breaker_name", "circuit", "id", "label"];
    Threshold: "threshold", number(Bound::Count, "the threshold must be at least 1"), "5",
        ["consecutive_failures", "error_threshold", "fail_max", "failure_count",
         "failure_threshold", "failures", "max_fails"];
    Window: "window",
        number(Bound::Window, "a window holds at least one call and is longer than zero"), "\"60s\"",
        ["failure_window", "rolling_count_timeout", "rolling_duration", "rolling_window",
         "sample_window", "sampling_duration", "sampling_window", "sliding_window",
         "sliding_window_size", "stat_interval", "time_window", "window_duration", "window_size"];
    MaxFailures: "max_failures",
        number(Bound::Count, "`max_failures` must be at least 1"), "10",
        ["failures_in_window", "max_errors", "maximum_failures", "window_failures"];
    FailureRate: "failure_rate",
        number(Bound::Rate, "a rate lies above 0 and at most 1: write `failure_rate = 0.5`"), "0.5",
        ["error_percentage", "error_percent_threshold", "error_rate", "error_rate_threshold",
         "error_threshold_percentage", "failure_percentage", "failure_rate_threshold",
         "failure_ratio", "rate"];
    MinCalls: "min_calls", number(Bound::Count, "`min_calls` must be at least 1"), "20",
        ["failure_execution_threshold", "min_request_amount", "min_requests", "min_throughput",
         "minimum_calls", "minimum_number_of_calls", "minimum_requests", "minimum_throughput",
         "request_volume_threshold", "volume_threshold"];
    SlowCall: "slow_call", number(Bound::Period, LONGER_THAN_ZERO), "\"2s\"",
        ["slow_after", "slow_call_duration", "slow_call_duration_threshold",
         "slow_call_threshold", "slow_duration", "slow_threshold"];
    SlowRate: "slow_rate",
        number(Bound::Rate, "a rate lies above 0 and at most 1: write `slow_rate = 0.5`"), "0.5",
        ["slow_call_rate", "slow_call_rate_threshold", "slow_call_ratio", "slow_rate_threshold",
         "slow_ratio"];
    OpenFor: "open_for", number(Bound::Period, LONGER_THAN_ZERO), "\"30s\"",
        ["break_duration", "cooldown", "delay", "duration_of_break", "open_duration",
         "open_timeout", "recovery_timeout", "reset_after", "reset_timeout", "sleep_window",
         "wait_duration", "wait_duration_in_open", "wait_duration_in_open_state"];
    Backoff: "backoff",
        number(Bound::Growth, "`backoff` must be at least 1: write `backoff = 2.0`"), "2.0",
        ["backoff_factor", "backoff_multiplier", "exponential_backoff", "multiplier"];
    MaxOpenFor: "max_open_for", number(Bound::Period, LONGER_THAN_ZERO), "\"5m\"",
        ["max_backoff", "max_break_duration", "max_delay", "max_reset_timeout"];
    Jitter: "jitter",
        number(Bound::Share, "`jitter` lies between 0 and 1: write `jitter = 0.1`"), "0.1",
        ["jitter_factor", "randomization_factor"];
    OpenForHint: "open_for_hint", Kind::Hint, "retry_after",
        ["break_duration_generator", "delay_fn", "delay_function", "open_hint", "retry_after",
         "retry_after_header", "wait_interval_function",
         "wait_interval_function_in_open_state"];
    HalfOpenCalls: "half_open_calls",
        number(Bound::Count, "`half_open_calls` must be at least 1"), "2",
        ["half_open_max_calls", "half_open_max_requests", "half_open_requests", "max_probes",
         "max_requests", "permitted_calls_in_half_open",
         "permitted_number_of_calls_in_half_open_state", "probes"];
    SuccessThreshold: "success_threshold",
        number(Bound::Count, "`success_threshold` must be at least 1"), "3",
        ["close_after", "half_open_successes", "required_successes", "success_count",
         "successes"];
    ProbeFailures: "probe_failures",
        number(Bound::Count, "`probe_failures` must be at least 1"), "1",
        ["half_open_failures"];
    ProbeTimeout: "probe_timeout", number(Bound::Period, LONGER_THAN_ZERO), "\"30s\"",
        ["half_open_timeout", "max_wait_duration_in_half_open_state"];
    Ramp: "ramp", number(Bound::Period, LONGER_THAN_ZERO), "\"30s\"",
        ["gradual_recovery", "ramp_up", "recovery_ramp", "slow_start", "warm_up", "warmup"];
    CallTimeout: "call_timeout",
        Kind::Limit(Range { bound: Bound::Period, words: LONGER_THAN_ZERO }), "\"2s\"",
        ["call_limit", "command_timeout", "deadline", "execution_timeout", "operation_timeout",
         "request_timeout", "time_limit", "timeout_duration"];
    CancelAfter: "cancel_after", number(Bound::PeriodOrOff, LONGER_THAN_ZERO), "\"1s\"",
        ["cancellation_threshold", "cancelled_after"];
    Ignore: "ignore", Kind::Pattern, "Err(_)",
        ["exclude", "ignore_errors", "ignore_exceptions", "ignored_errors"];
    Success: "success", Kind::Pattern, "Ok(_)",
        ["success_if"];
    Failure: "failure", Kind::Pattern, "Err(_)",
        ["expected_exception", "failure_if", "failure_predicate", "failure_when",
         "record_exceptions", "should_handle"];
    Classify: "classify", Kind::Classifier, "judge",
        ["classifier", "failure_classifier", "is_failure", "is_success", "is_successful"];
    Fallback: "fallback", Kind::Fallback, "pay_later",
        ["fallback_fn", "fallback_function", "fallback_method", "on_reject"];
    FallbackOn: "fallback_on", Kind::FallbackOn, "any",
        ["fallback_for", "fallback_if", "fallback_when"];
    Keyed: "key", Kind::Key, "host",
        ["group_by", "group_key", "key_by", "key_fn", "keyed_by", "partition_by", "partition_key",
         "per_key"];
    MaxKeys: "max_keys", number(Bound::Size, "`max_keys` must be at least 1"), "1024",
        ["cache_size", "capacity", "key_capacity", "max_breakers", "max_capacity", "max_entries",
         "max_instances"];
    IdleTtl: "idle_ttl", number(Bound::Period, LONGER_THAN_ZERO), "\"10m\"",
        ["evict_after", "expire_after", "idle_after", "idle_timeout", "key_ttl", "time_to_idle",
         "time_to_live", "ttl"];
    Registry: "registry", Kind::Registry, "&registry", [];
    Latency: "latency", number(Bound::Flag, TRUE_OR_FALSE), "true",
        ["histogram", "latency_histogram", "measure_latency", "record_latency", "timings",
         "track_latency"];
    Critical: "critical", number(Bound::Flag, TRUE_OR_FALSE), "true",
        ["essential", "fail_health", "mandatory", "required", "vital"];
    Crate: "crate", Kind::Crate, "breaker_runtime",
        ["crate_name", "crate_path", "krate", "runtime"];
}

impl Key {
    pub(crate) fn name(self) -> &'static str {
        self.row().name
    }

    pub(crate) fn kind(self) -> Kind {
        self.row().kind
    }

    /// Finds a key by its exact word.
    pub(crate) fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == word)
    }

    /// How the key is written with a given value.
    pub(crate) fn form(self, value: &str) -> String {
        match self.kind() {
            Kind::Pattern => format!("{}({value})", self.name()),
            _ => format!("{} = {value}", self.name()),
        }
    }

    /// How the key is written, by an example.
    pub(crate) fn example(self) -> String {
        self.form(self.row().example)
    }

    /// Finds the key that was probably meant; `pattern` says that something in parentheses follows.
    pub(crate) fn meant(word: &str, pattern: bool) -> Option<Self> {
        let nearest = |among: fn(Kind) -> bool| {
            let keys = Self::ALL.iter().filter(|key| among(key.kind()));
            let distances = keys.map(|key| (distance(word, key.name()), *key));
            let near = distances.filter(|(far, _)| *far <= 2).min();
            near.map(|(_, key)| key)
        };
        let patterns = || nearest(|kind| kind == Kind::Pattern);
        // Another breaker's word comes first: `failures` is a count, though `failure` is nearer.
        let foreign = |key: &Self| key.row().others.contains(&word);
        let foreign = || Self::ALL.iter().copied().find(foreign);
        let as_pattern = pattern.then(patterns).flatten();
        as_pattern.or_else(foreign).or_else(|| nearest(|_| true))
    }
}

/// What others call their listeners.
const EVENTS: [&str; 8] = [
    "listener",
    "on_close",
    "on_closed",
    "on_event",
    "on_half_open",
    "on_open",
    "on_state_change",
    "on_transition",
];

/// What is said of a word that is no key.
pub(crate) fn unknown(word: &str, meant: Option<Key>) -> String {
    if word == "timeout" {
        return "`timeout` is ambiguous: `open_for` is how long the circuit stays open, \
                `call_timeout` limits one call"
            .to_owned();
    }
    let mut message = format!("unknown key `{word}`");
    if EVENTS.contains(&word) {
        // Writing to a `String` cannot fail.
        let _ = write!(
            message,
            "; listeners hear of it: `Registry::global().subscribe(…)`"
        );
    } else if let Some(key) = meant {
        let _ = write!(message, "; did you mean `{}`?", key.name());
    }
    let names: Vec<_> = Key::ALL
        .iter()
        .map(|key| format!("`{}`", key.name()))
        .collect();
    let _ = write!(message, "\nthe keys are {}", names.join(", "));
    message
}

/// Counts the letters to insert, remove or replace until one word is the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (done, letter) in from.chars().enumerate() {
        let mut next = vec![done + 1];
        let mut left = done + 1;
        for (other, pair) in to.iter().zip(row.windows(2)) {
            if let &[diagonal, above] = pair {
                left = (left + 1)
                    .min(above + 1)
                    .min(diagonal + usize::from(letter != *other));
                next.push(left);
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
