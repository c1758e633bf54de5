//! What is said of a word that is no key, and which one was probably meant.

use super::Force;
use crate::config::Setting as Key;

/// Words longer than this are cut where they are shown.
const LONGEST: usize = 60;

/// The keys of the attribute that belong to a function, not to its breaker.
const OF_A_FUNCTION: [&str; 12] = [
    "name",
    "open_for_hint",
    "call_timeout",
    "ignore",
    "success",
    "failure",
    "classify",
    "fallback",
    "fallback_on",
    "key",
    "registry",
    "crate",
];

/// Says that a word is no key, and which one was probably meant.
pub(crate) fn unknown_key(word: &str) -> String {
    let plain = snake_case(word);
    if plain == "timeout" {
        return "`timeout` is ambiguous: `open_for` is how long the circuit stays open, and \
                `call_timeout`, which limits one call, stands in the attribute only"
            .to_owned();
    }
    if OF_A_FUNCTION.contains(&plain.as_str()) {
        return format!(
            "`{plain}` belongs to a function, not to its breaker: it stands in the attribute only"
        );
    }
    let keys = || Key::ALL.into_iter().map(Key::name).chain([Force::NAME]);
    let exact = keys().find(|key| *key == plain);
    let meant = exact.or_else(|| foreign(&plain));
    let unknown = format!("unknown key `{}`", shown(word));
    if let Some(key) = meant.or_else(|| nearest(&plain, keys())) {
        return format!("{unknown}; did you mean `{key}`?");
    }
    let keys: Vec<_> = keys().map(|key| format!("`{key}`")).collect();
    format!("{unknown}; the keys are {}", keys.join(", "))
}

/// The candidate that is at most two letters away.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = word.chars().take(2 * LONGEST).count();
    // Most words are told apart by their length alone.
    let near = |candidate: &&str| candidate.chars().count().abs_diff(length) <= 2;
    let candidates = candidates.into_iter().filter(near);
    candidates
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(far, candidate)| *far <= 2 && *far < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// A word as it can stand in one line of a message.
pub(super) fn shown(word: &str) -> String {
    let mut letters = word.chars();
    let mut shown = String::new();
    for letter in letters.by_ref().take(LONGEST) {
        match letter {
            '"' | '\'' => shown.push(letter),
            _ => shown.extend(letter.escape_debug()),
        }
    }
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// What was written `openFor` or `open-for`.
fn snake_case(word: &str) -> String {
    let mut plain = String::new();
    let mut lower = false;
    for letter in word.chars().take(LONGEST + 1) {
        if letter.is_ascii_uppercase() && lower {
            plain.push('_');
        }
        lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        plain.push(if letter == '-' {
            '_'
        } else {
            letter.to_ascii_lowercase()
        });
    }
    plain
}

/// The key that other circuit breakers call by this word.
fn foreign(word: &str) -> Option<&'static str> {
    let key = match word {
        "consecutive_failures"
        | "error_threshold"
        | "fail_max"
        | "failure_count"
        | "failure_threshold"
        | "failures"
        | "max_fails" => Key::Threshold,
        "failure_window"
        | "rolling_duration"
        | "rolling_window"
        | "sampling_duration"
        | "sampling_window"
        | "sliding_window"
        | "sliding_window_size"
        | "time_window"
        | "window_duration"
        | "window_size" => Key::Window,
        "failures_in_window" | "max_errors" | "maximum_failures" => Key::MaxFailures,
        "error_rate"
        | "error_threshold_percentage"
        | "failure_percentage"
        | "failure_rate_threshold"
        | "failure_ratio"
        | "rate" => Key::FailureRate,
        "min_requests"
        | "min_throughput"
        | "minimum_calls"
        | "minimum_number_of_calls"
        | "minimum_requests"
        | "minimum_throughput"
        | "request_volume_threshold"
        | "volume_threshold" => Key::MinCalls,
        "slow_after"
        | "slow_call_duration"
        | "slow_call_duration_threshold"
        | "slow_call_threshold"
        | "slow_threshold" => Key::SlowCall,
        "slow_call_rate" | "slow_call_rate_threshold" | "slow_call_ratio" | "slow_ratio" => {
            Key::SlowRate
        }
        "break_duration"
        | "cooldown"
        | "delay"
        | "duration_of_break"
        | "open_duration"
        | "open_timeout"
        | "recovery_timeout"
        | "reset_after"
        | "reset_timeout"
        | "sleep_window"
        | "wait_duration"
        | "wait_duration_in_open_state" => Key::OpenFor,
        "backoff_factor" | "backoff_multiplier" | "exponential_backoff" | "multiplier" => {
            Key::Backoff
        }
        "max_backoff" | "max_break_duration" | "max_delay" | "max_reset_timeout" => Key::MaxOpenFor,
        "jitter_factor" | "randomization_factor" => Key::Jitter,
        "half_open_max_calls"
        | "half_open_max_requests"
        | "half_open_requests"
        | "max_probes"
        | "max_requests"
        | "permitted_number_of_calls_in_half_open_state"
        | "probes" => Key::HalfOpenCalls,
        "close_after"
        | "half_open_successes"
        | "required_successes"
        | "success_count"
        | "successes" => Key::SuccessThreshold,
        "half_open_failures" => Key::ProbeFailures,
        "half_open_timeout" | "max_wait_duration_in_half_open_state" => Key::ProbeTimeout,
        "gradual_recovery" | "ramp_up" | "slow_start" | "warm_up" | "warmup" => Key::Ramp,
        "cancellation_threshold" | "cancelled_after" => Key::CancelAfter,
        "capacity" | "max_breakers" | "max_entries" => Key::MaxKeys,
        "expire_after" | "time_to_idle" | "ttl" => Key::IdleTtl,
        "forced" | "force_open" | "force_closed" | "forced_open" | "forced_closed" | "override" => {
            return Some(Force::NAME);
        }
        _ => return None,
    };
    Some(key.name())
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
