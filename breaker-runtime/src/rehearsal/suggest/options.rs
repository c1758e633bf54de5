//! What a search for settings may do.

use crate::config::Config;
use crate::rehearsal::outages::OutageRule;

/// What a search for settings starts from, and how far it goes.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::Config;
/// use breaker_runtime::rehearsal::SuggestOptions;
///
/// let base = Config::new().slow_call(Duration::from_secs(2));
/// let options = SuggestOptions::new().with_base(base).with_most_rehearsals(100);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct SuggestOptions {
    pub(super) base: Config,
    pub(super) rule: OutageRule,
    pub(super) most_rehearsals: usize,
}

impl SuggestOptions {
    /// Starts from the defaults, with the default rule for outages and at most 300 rehearsals.
    pub const fn new() -> Self {
        Self {
            base: Config::new(),
            rule: OutageRule::new(),
            most_rehearsals: 300,
        }
    }

    /// Sets the settings that the search does not vary. They are also rehearsed as they are, for comparison.
    ///
    /// The search replaces `threshold`, `window`, `max_failures`, `failure_rate`, `min_calls` and `open_for`.
    pub const fn with_base(self, base: Config) -> Self {
        Self { base, ..self }
    }

    /// Sets the rule by which the outages of the trace are found.
    pub const fn with_rule(self, rule: OutageRule) -> Self {
        Self { rule, ..self }
    }

    /// Sets how many candidates are rehearsed at most. The grid that the search begins with has 99.
    pub const fn with_most_rehearsals(self, most_rehearsals: usize) -> Self {
        Self {
            most_rehearsals,
            ..self
        }
    }
}

impl Default for SuggestOptions {
    fn default() -> Self {
        Self::new()
    }
}
