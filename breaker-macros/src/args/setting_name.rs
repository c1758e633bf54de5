//! The names of the attribute's settings, in the order of the documentation.

use crate::grammar::advice::{Advice, any_of};
use crate::grammar::words;

/// The kind of value that a setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ValueKind {
    Name,
    /// A setting of the breaker: a number, a duration, a window or a flag.
    Breaker(Range),
    /// A duration that limits the calls of one function.
    CallTimeout(Range),
    /// The function that probes the dependency without a call.
    Probe,
    /// How often that function runs while the circuit is closed.
    ProbeAlways(Range),
    Hint,
    Cause,
    Pattern,
    Classifier,
    Fallback,
    FallbackOn,
    /// The partition key.
    Key,
    Registry,
    Crate,
}

/// The range of a value: checked here for a literal, by a const assertion for any other expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) bound: Bound,
    /// The error for a value outside the range. For a flag, the values that it can have.
    pub(crate) message: &'static str,
}

/// The type and the limits of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// `u32`, at least 1.
    Count,
    /// `u32`, at least 1, or `"off"`.
    CountOrOff,
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
    /// `Duration`, longer than zero, or `"off"`.
    PeriodOrOff,
    /// `u32`, at least 1, or `Duration`, longer than zero.
    Window,
    /// `bool`.
    Flag,
}

/// One row of the table of settings.
struct Row {
    name: &'static str,
    kind: ValueKind,
    example: &'static str,
}

const LONGER_THAN_ZERO: &str = "a duration must be longer than zero";
const TRUE_OR_FALSE: &str = "`true` or `false`";

const fn breaker(bound: Bound, message: &'static str) -> ValueKind {
    ValueKind::Breaker(Range { bound, message })
}

macro_rules! setting_names {
    ($($variant:ident: $name:literal, $kind:expr, $example:literal;)*) => {
        /// The name of a setting. The order is that of the documentation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum SettingName {
            $($variant),*
        }

        impl SettingName {
            /// All settings, in the order of the documentation.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row { name: $name, kind: $kind, example: $example },)*
                }
            }
        }
    };
}

setting_names! {
    Name: "name", ValueKind::Name, "\"payment\"";
    Threshold: "threshold", breaker(Bound::Count, "`threshold` must be at least 1"), "5";
    Window: "window",
        breaker(Bound::Window, "`window` must be at least 1 call or longer than zero"), "\"60s\"";
    MaxFailures: "max_failures",
        breaker(Bound::Count, "`max_failures` must be at least 1"), "10";
    FailureRate: "failure_rate",
        breaker(Bound::Rate, "`failure_rate` must be above 0 and at most 1"), "0.5";
    MinCalls: "min_calls", breaker(Bound::Count, "`min_calls` must be at least 1"), "20";
    SlowCall: "slow_call", breaker(Bound::Period, LONGER_THAN_ZERO), "\"2s\"";
    SlowRate: "slow_rate",
        breaker(Bound::Rate, "`slow_rate` must be above 0 and at most 1"), "0.5";
    OpenFor: "open_for", breaker(Bound::Period, LONGER_THAN_ZERO), "\"30s\"";
    Backoff: "backoff", breaker(Bound::Growth, "`backoff` must be at least 1"), "2.0";
    MaxOpenFor: "max_open_for", breaker(Bound::Period, LONGER_THAN_ZERO), "\"5m\"";
    Jitter: "jitter", breaker(Bound::Share, "`jitter` must be between 0 and 1"), "0.1";
    OpenForHint: "open_for_hint", ValueKind::Hint, "retry_after";
    HalfOpenCalls: "half_open_calls",
        breaker(Bound::Count, "`half_open_calls` must be at least 1"), "2";
    SuccessThreshold: "success_threshold",
        breaker(Bound::Count, "`success_threshold` must be at least 1"), "3";
    ProbeFailures: "probe_failures",
        breaker(Bound::Count, "`probe_failures` must be at least 1"), "1";
    ProbeTimeout: "probe_timeout", breaker(Bound::Period, LONGER_THAN_ZERO), "\"30s\"";
    Ramp: "ramp", breaker(Bound::Period, LONGER_THAN_ZERO), "\"30s\"";
    MaxInFlight: "max_in_flight",
        breaker(Bound::Count, "`max_in_flight` must be at least 1"), "100";
    Probe: "probe", ValueKind::Probe, "ping";
    ProbeAlways: "probe_always",
        ValueKind::ProbeAlways(Range { bound: Bound::Period, message: LONGER_THAN_ZERO }), "\"10s\"";
    CallTimeout: "call_timeout",
        ValueKind::CallTimeout(Range { bound: Bound::Period, message: LONGER_THAN_ZERO }), "\"2s\"";
    CancelAfter: "cancel_after", breaker(Bound::PeriodOrOff, LONGER_THAN_ZERO), "\"1s\"";
    CancelledInARow: "cancelled_in_a_row",
        breaker(Bound::CountOrOff, "`cancelled_in_a_row` must be at least 1"), "20";
    Trip: "trip", ValueKind::Pattern, "Err(_)";
    Ignore: "ignore", ValueKind::Pattern, "Err(_)";
    Success: "success", ValueKind::Pattern, "Ok(_)";
    Failure: "failure", ValueKind::Pattern, "Err(_)";
    Classify: "classify", ValueKind::Classifier, "judge";
    Cause: "cause", ValueKind::Cause, "|value| value.to_string()";
    Fallback: "fallback", ValueKind::Fallback, "pay_later";
    FallbackOn: "fallback_on", ValueKind::FallbackOn, "any";
    Key: "key", ValueKind::Key, "host";
    MaxKeys: "max_keys", breaker(Bound::Size, "`max_keys` must be at least 1"), "1024";
    IdleTtl: "idle_ttl", breaker(Bound::Period, LONGER_THAN_ZERO), "\"10m\"";
    MaxOpenShare: "max_open_share",
        breaker(Bound::Rate, "`max_open_share` must be above 0 and at most 1"), "0.5";
    Registry: "registry", ValueKind::Registry, "&registry";
    Latency: "latency", breaker(Bound::Flag, TRUE_OR_FALSE), "true";
    Critical: "critical", breaker(Bound::Flag, TRUE_OR_FALSE), "true";
    Shared: "shared", breaker(Bound::Flag, TRUE_OR_FALSE), "true";
    Shadow: "shadow", breaker(Bound::Flag, TRUE_OR_FALSE), "true";
    Crate: "crate", ValueKind::Crate, "breaker_runtime";
}

impl SettingName {
    pub(crate) fn as_str(self) -> &'static str {
        self.row().name
    }

    pub(crate) fn kind(self) -> ValueKind {
        self.row().kind
    }

    /// Returns the type and the limits of a number, a duration, a window or a flag.
    pub(super) fn bound(self) -> Option<Bound> {
        match self.kind() {
            ValueKind::Breaker(range)
            | ValueKind::CallTimeout(range)
            | ValueKind::ProbeAlways(range) => Some(range.bound),
            _ => None,
        }
    }

    /// Finds a setting by its exact name.
    pub(crate) fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|name| name.as_str() == word)
    }

    /// Writes the setting with a given value.
    pub(crate) fn with_value(self, value: &str) -> String {
        match self.kind() {
            ValueKind::Pattern => format!("{}({value})", self.as_str()),
            _ => format!("{} = {value}", self.as_str()),
        }
    }

    /// Writes the setting with an example of its value.
    pub(crate) fn example(self) -> String {
        self.with_value(self.row().example)
    }

    /// Advises the form that was meant, or shows an example if that is unknown.
    pub(crate) fn advise(self, meant: Option<String>) -> Advice {
        meant.map_or_else(
            || Advice::SuchAs(self.example()),
            |form| Advice::Write(vec![form]),
        )
    }

    /// Guesses which setting an unknown word means, or which ones if it is the beginning of several.
    /// `in_parentheses` says that parentheses follow, as in a pattern.
    pub(crate) fn guess(word: &str, in_parentheses: bool) -> Vec<Self> {
        let near = |among: fn(ValueKind) -> bool| {
            let names = || {
                let names = Self::ALL.iter().filter(|name| among(name.kind()));
                names.map(|name| name.as_str())
            };
            let begun = words::begun(word, names());
            if begun.is_empty() {
                words::misspelt(word, names()).into_iter().collect()
            } else {
                begun
            }
        };
        let patterns = if in_parentheses {
            near(|kind| kind == ValueKind::Pattern)
        } else {
            Vec::new()
        };
        // A word of another circuit breaker takes precedence over a similar name: `failures` means
        // `threshold`, although `failure` is nearer.
        let mut tables = [words::BREAKER_SETTINGS, words::FUNCTION_SETTINGS].into_iter();
        let translated = tables.find_map(|table| words::translate(word, table));
        let found = match translated {
            _ if !patterns.is_empty() => patterns,
            Some(name) => vec![name],
            None if words::is_override(word) => Vec::new(),
            None => near(|_| true),
        };
        found.into_iter().filter_map(Self::find).collect()
    }
}

/// Describes a word that is not a setting. Without a suggestion, the message lists all settings.
pub(crate) fn unknown(word: &str, guessed: &[SettingName]) -> String {
    if words::is_timeout(word) {
        return format!(
            "`{word}` is ambiguous: `open_for` sets how long the circuit stays open, \
             `call_timeout` limits one call"
        );
    }
    let unknown = format!("unknown setting `{word}`");
    if words::is_listener(word) {
        return format!("{unknown}; to observe events, write `Registry::global().subscribe(…)`");
    }
    let names = |names: &[SettingName]| names.iter().map(|name| name.as_str()).collect::<Vec<_>>();
    match guessed {
        [] if words::is_override(word) => format!(
            "{unknown}; to override the state, call `force_open` or `force_closed`, \
             or set `force` in a file"
        ),
        [] => {
            let all = names(SettingName::ALL)
                .into_iter()
                .map(|name| format!("`{name}`"));
            format!(
                "{unknown}; the settings are {}",
                all.collect::<Vec<_>>().join(", ")
            )
        }
        guessed => format!("{unknown}; did you mean {}?", any_of(&names(guessed))),
    }
}

#[cfg(test)]
mod tests;
