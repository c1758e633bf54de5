//! Words for a setting that are not its name: those of other circuit breakers, and misspelt ones.

use super::nearest::{FARTHEST, nearest};

/// The number of letters that are compared.
const LONGEST: usize = 64;

/// Names of settings, each with the words that other circuit breakers use for it.
pub(crate) type Synonyms = [(&'static str, &'static [&'static str])];

macro_rules! synonyms {
    ($($name:ident: $($other:ident)*;)*) => {
        &[$((stringify!($name), &[$(stringify!($other)),*])),*]
    };
}

/// The settings of a breaker, which files and environment variables can change.
pub(crate) const BREAKER_SETTINGS: &Synonyms = synonyms! {
    threshold:
        consecutive_5xx consecutive_5xx_errors consecutive_errors consecutive_failures
        consecutive_failures_to_open consecutive_gateway_errors consecutive_gateway_failure
        consecutive_local_origin_failure consecutive_local_origin_failures consecutive_max_failures
        error_count error_threshold exceptions_allowed_before_breaking fail_max failure_count
        failure_threshold failure_threshold_count failures handled_events_allowed_before_breaking
        max_consecutive_failures max_fails;
    window:
        error_threshold_timeout error_window failure_thresholding_period failure_window interval
        ring_buffer_size_in_closed_state rolling_count_timeout rolling_duration rolling_stats
        rolling_window sample_window sampling_duration sampling_period sampling_window
        sliding_window sliding_window_size sliding_window_type stat_interval time_window
        window_duration window_size window_type;
    max_failures: failures_in_window max_errors maximum_failures window_failures;
    failure_rate:
        error_percent error_percent_threshold error_percentage error_percentage_threshold error_rate
        error_rate_threshold error_ratio error_threshold_percentage exception_ratio
        failure_percentage failure_percentage_threshold failure_rate_threshold failure_ratio
        failure_threshold_percentage rate;
    min_calls:
        failure_execution_threshold failure_percentage_request_volume
        failure_threshold_execution_count min_number_of_calls min_request_amount min_requests
        min_throughput minimum_calls minimum_execution_count minimum_number_of_calls
        minimum_requests minimum_throughput request_volume request_volume_threshold
        success_rate_request_volume volume_threshold;
    slow_call:
        max_allowed_rt slow_after slow_call_duration slow_call_duration_threshold
        slow_call_threshold slow_duration slow_threshold;
    slow_rate:
        slow_call_percentage slow_call_rate slow_call_rate_threshold slow_call_ratio
        slow_rate_threshold slow_ratio slow_ratio_threshold slow_request_ratio;
    open_for:
        base_ejection_time break_duration consecutive_min_penalty cool_down cool_down_period
        cool_off cool_off_time delay duration_of_break ejection_time error_timeout fallback_duration
        half_open_after min_penalty open_duration open_interval open_state_timeout open_timeout
        recovery_time recovery_timeout reset_after reset_timeout retry_timeout retry_timeout_period
        sleep_window trip_duration wait_duration wait_duration_in_open wait_duration_in_open_state
        wait_interval;
    backoff:
        backoff_factor backoff_multiplier enable_exponential_backoff exponential_backoff
        exponential_backoff_multiplier multiplier;
    max_open_for:
        consecutive_max_penalty exponential_max_wait_duration_in_open_state max_backoff
        max_break_duration max_delay max_ejection_time max_open_duration max_penalty
        max_reset_timeout max_wait_duration_in_open_state;
    jitter:
        consecutive_jitter_ratio enable_randomized_wait jitter_factor jitter_ratio
        randomization_factor randomized_wait_factor;
    half_open_calls:
        half_open_max_calls half_open_max_concurrency half_open_max_requests half_open_requests
        max_concurrent_probes max_half_open_calls max_half_open_requests max_probes max_requests
        permitted_calls_in_half_open permitted_number_of_calls_in_half_open_state probe_num probes
        ring_buffer_size_in_half_open_state;
    success_threshold:
        close_after half_open_success_threshold half_open_successes min_recovery_successes
        recovery_threshold required_successes success_count success_threshold_count successes
        successes_to_close;
    probe_failures: half_open_failure_threshold half_open_failures probe_failure_threshold;
    probe_timeout:
        half_open_probe_timeout half_open_resource_timeout half_open_timeout
        max_wait_duration_in_half_open_state;
    ramp:
        gradual_recovery ramp_up recovery_duration recovery_ramp slow_start slow_start_window
        warm_up;
    max_in_flight:
        bulkhead concurrency concurrency_limit in_flight max_concurrency max_concurrent max_concurrent_calls
        max_concurrent_requests max_parallelism max_parallelization max_pending;
    call_timeout:
        call_limit command_timeout deadline execution_timeout operation_timeout request_timeout
        time_limit timeout_duration;
    cancel_after: cancellation_threshold cancelled_after;
    cancelled_in_a_row:
        consecutive_cancellations consecutive_cancelled dropped_in_a_row max_cancelled
        max_consecutive_cancellations;
    max_keys: cache_size capacity key_capacity max_breakers max_capacity max_entries max_instances;
    idle_ttl:
        evict_after expire_after idle_after idle_timeout key_ttl time_to_idle time_to_live ttl;
    max_open_share: max_ejection_percent max_ejection_percentage max_open_keys max_open_percent max_open_ratio;
    latency: histogram latency_histogram measure_latency record_latency timings track_latency;
    critical: allow_health_indicator_to_fail essential fail_health mandatory required vital;
    shared: cluster cluster_mode cluster_wide distributed fleet fleet_wide global replicated share synchronized;
    shadow: dry dry_run evaluate_only metrics_only monitor_only observe observe_only passive report_only shadow_mode;
};

/// The settings of one guarded function, which only its attribute can contain.
pub(crate) const FUNCTION_SETTINGS: &Synonyms = synonyms! {
    name: breaker breaker_name circuit circuit_name id label;
    open_for_hint:
        break_duration_generator delay_fn delay_function open_hint retry_after retry_after_header
        wait_interval_function wait_interval_function_in_open_state;
    probe: health_check health_check_fn health_check_function ping probe_fn probe_function;
    probe_always:
        health_check_every health_check_interval ping_interval probe_every probe_interval;
    trip:
        fatal open_at_once open_if open_immediately open_on trip_if trip_immediately trip_on
        trip_when;
    ignore:
        exclude excluded_exceptions ignore_errors ignore_exception ignore_exception_predicate
        ignore_exceptions ignored_errors ignored_exceptions skip_on;
    success: success_if;
    failure:
        error_filter expected_exception expected_exceptions fail_on failure_if failure_predicate
        failure_when handle handled_exceptions record_exception record_exception_predicate
        record_exceptions record_failure_predicate record_result_predicate should_handle;
    classify: classifier failure_classifier is_failure is_success is_successful;
    cause: describe error_message error_text failure_message last_error last_exception;
    fallback: fallback_fn fallback_function fallback_method on_reject;
    fallback_on: fallback_for fallback_if fallback_when;
    key: group_by group_key key_by key_fn keyed_by partition_by partition_key per_key;
    registry:;
    crate: crate_name crate_path krate runtime;
};

/// Words for an override of the state, which a file, a variable or the program sets while it runs.
const OVERRIDES: [&str; 14] = [
    "active",
    "disable",
    "disabled",
    "enable",
    "enabled",
    "force",
    "force_closed",
    "force_open",
    "forced",
    "forced_closed",
    "forced_open",
    "initial_state",
    "override",
    "state",
];

/// Names of listeners in other circuit breakers.
const LISTENERS: [&str; 16] = [
    "event_listener",
    "listener",
    "listeners",
    "on_close",
    "on_closed",
    "on_event",
    "on_failure",
    "on_half_open",
    "on_half_opened",
    "on_open",
    "on_opened",
    "on_state_change",
    "on_state_transition",
    "on_success",
    "on_transition",
    "state_change_listener",
];

/// Units that other circuit breakers append to the names of durations, without separators.
const UNITS: [&str; 10] = [
    "inmilliseconds",
    "milliseconds",
    "inmillis",
    "millis",
    "inms",
    "ms",
    "inseconds",
    "seconds",
    "secs",
    "sec",
];

/// Returns whether `timeout` could be `open_for` as well as `call_timeout`, whatever its unit.
pub(crate) fn is_timeout(word: &str) -> bool {
    spellings(word).any(|word| word == "timeout")
}

pub(crate) fn is_override(word: &str) -> bool {
    let word = spelling(word);
    OVERRIDES.iter().any(|other| same(other, &word))
}

pub(crate) fn is_listener(word: &str) -> bool {
    let word = spelling(word);
    LISTENERS.iter().any(|other| same(other, &word))
}

/// Finds the setting that other circuit breakers call `word`, or that is spelt `word` elsewhere:
/// `openFor`, `OpenFor`, `open-for`, `OPENFOR` and `open_for_ms` all mean `open_for`.
pub(crate) fn translate(word: &str, settings: &Synonyms) -> Option<&'static str> {
    spellings(word).find_map(|word| {
        let mut rows = settings.iter();
        let row = rows.find(|(name, others)| {
            same(name, &word) || others.iter().any(|other| same(other, &word))
        });
        row.map(|(name, _)| *name)
    })
}

/// Finds the candidates that begin with `word`, which has at least three letters.
pub(crate) fn begun<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = spelling(word);
    let begins = |candidate: &&str| {
        let begun = word.chars().zip(letters(candidate));
        begun.filter(|(letter, other)| letter == other).count() == word.chars().count()
    };
    let candidates = candidates.into_iter().filter(|_| word.len() > 2);
    candidates.filter(begins).collect()
}

/// Finds the setting whose letters differ least from those of `word`.
pub(crate) fn misspelt<'a>(
    word: &str,
    settings: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = spelling(word);
    let length = word.chars().count();
    let similar = |name: &&str| letters(name).count().abs_diff(length) <= FARTHEST;
    let names: Vec<_> = settings.into_iter().filter(similar).collect();
    let spelt: Vec<_> = names.iter().map(|name| spelling(name)).collect();
    let found = nearest(&word, spelt.iter().map(String::as_str))?;
    let at = spelt.iter().position(|name| name == found)?;
    names.get(at).copied()
}

/// Returns a word without separators, and without the unit at its end if there is one.
fn spellings(word: &str) -> impl Iterator<Item = String> {
    let whole = spelling(word);
    let without = UNITS.iter().find_map(|unit| whole.strip_suffix(unit));
    let without = without.map(str::to_owned);
    [Some(whole), without].into_iter().flatten()
}

/// Returns a word in lower case without separators. Long words are cut off, because no name of a setting is that long.
fn spelling(word: &str) -> String {
    letters(word).take(LONGEST).collect()
}

/// Compares a word with the spelling of another.
fn same(word: &str, spelling: &str) -> bool {
    letters(word).eq(spelling.chars())
}

fn letters(word: &str) -> impl Iterator<Item = char> {
    let letters = word
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-' | '.' | ' '));
    letters.map(|letter| letter.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
