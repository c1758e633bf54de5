//! The keys of the attribute, in the order of the documentation.

use std::fmt::Write as _;

use crate::grammar::words;

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
}

const LONGER_THAN_ZERO: &str = "a duration must be longer than zero";
const TRUE_OR_FALSE: &str = "`true` or `false`";

const fn number(bound: Bound, words: &'static str) -> Kind {
    Kind::Number(Range { bound, words })
}

macro_rules! keys {
    ($($key:ident: $name:literal, $kind:expr, $example:literal;)*) => {
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
                    },)*
                }
            }
        }
    };
}

keys! {
    Name: "name", Kind::Name, "\"payment\"";
    Threshold: "threshold", number(Bound::Count, "the threshold must be at least 1"), "5";
    Window: "window",
        number(Bound::Window, "a window holds at least one call and is longer than zero"), "\"60s\"";
    MaxFailures: "max_failures",
        number(Bound::Count, "`max_failures` must be at least 1"), "10";
    FailureRate: "failure_rate",
        number(Bound::Rate, "a rate lies above 0 and at most 1: write `failure_rate = 0.5`"), "0.5";
    MinCalls: "min_calls", number(Bound::Count, "`min_calls` must be at least 1"), "20";
    SlowCall: "slow_call", number(Bound::Period, LONGER_THAN_ZERO), "\"2s\"";
    SlowRate: "slow_rate",
        number(Bound::Rate, "a rate lies above 0 and at most 1: write `slow_rate = 0.5`"), "0.5";
    OpenFor: "open_for", number(Bound::Period, LONGER_THAN_ZERO), "\"30s\"";
    Backoff: "backoff",
        number(Bound::Growth, "`backoff` must be at least 1: write `backoff = 2.0`"), "2.0";
    MaxOpenFor: "max_open_for", number(Bound::Period, LONGER_THAN_ZERO), "\"5m\"";
    Jitter: "jitter",
        number(Bound::Share, "`jitter` lies between 0 and 1: write `jitter = 0.1`"), "0.1";
    OpenForHint: "open_for_hint", Kind::Hint, "retry_after";
    HalfOpenCalls: "half_open_calls",
        number(Bound::Count, "`half_open_calls` must be at least 1"), "2";
    SuccessThreshold: "success_threshold",
        number(Bound::Count, "`success_threshold` must be at least 1"), "3";
    ProbeFailures: "probe_failures",
        number(Bound::Count, "`probe_failures` must be at least 1"), "1";
    ProbeTimeout: "probe_timeout", number(Bound::Period, LONGER_THAN_ZERO), "\"30s\"";
    Ramp: "ramp", number(Bound::Period, LONGER_THAN_ZERO), "\"30s\"";
    CallTimeout: "call_timeout",
        Kind::Limit(Range { bound: Bound::Period, words: LONGER_THAN_ZERO }), "\"2s\"";
    CancelAfter: "cancel_after", number(Bound::PeriodOrOff, LONGER_THAN_ZERO), "\"1s\"";
    Ignore: "ignore", Kind::Pattern, "Err(_)";
    Success: "success", Kind::Pattern, "Ok(_)";
    Failure: "failure", Kind::Pattern, "Err(_)";
    Classify: "classify", Kind::Classifier, "judge";
    Fallback: "fallback", Kind::Fallback, "pay_later";
    FallbackOn: "fallback_on", Kind::FallbackOn, "any";
    Keyed: "key", Kind::Key, "host";
    MaxKeys: "max_keys", number(Bound::Size, "`max_keys` must be at least 1"), "1024";
    IdleTtl: "idle_ttl", number(Bound::Period, LONGER_THAN_ZERO), "\"10m\"";
    Registry: "registry", Kind::Registry, "&registry";
    Latency: "latency", number(Bound::Flag, TRUE_OR_FALSE), "true";
    Critical: "critical", number(Bound::Flag, TRUE_OR_FALSE), "true";
    Crate: "crate", Kind::Crate, "breaker_runtime";
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
            words::nearest(word, keys.map(|key| key.name()))
        };
        // The word of another circuit breaker comes before a similar name: `failures` is a count,
        // though `failure` is nearer.
        let foreign = || {
            let tables = [words::BREAKER_SETTINGS, words::FUNCTION_SETTINGS];
            tables
                .iter()
                .find_map(|table| words::translate(word, table))
        };
        let as_pattern = pattern.then(|| nearest(|kind| kind == Kind::Pattern));
        let name = as_pattern.flatten().or_else(foreign);
        Self::find(name.or_else(|| nearest(|_| true))?)
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

#[cfg(test)]
mod tests;
