//! Words for a setting that are not its name: those of other circuit breakers, and misspelt ones.

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
        consecutive_failures error_threshold fail_max failure_count failure_threshold failures
        max_fails;
    window:
        failure_window rolling_count_timeout rolling_duration rolling_window sample_window
        sampling_duration sampling_window sliding_window sliding_window_size stat_interval
        time_window window_duration window_size;
    max_failures: failures_in_window max_errors maximum_failures window_failures;
    failure_rate:
        error_percent_threshold error_percentage error_rate error_rate_threshold
        error_threshold_percentage failure_percentage failure_rate_threshold failure_ratio rate;
    min_calls:
        failure_execution_threshold min_request_amount min_requests min_throughput minimum_calls
        minimum_number_of_calls minimum_requests minimum_throughput request_volume_threshold
        volume_threshold;
    slow_call:
        slow_after slow_call_duration slow_call_duration_threshold slow_call_threshold
        slow_duration slow_threshold;
    slow_rate:
        slow_call_rate slow_call_rate_threshold slow_call_ratio slow_rate_threshold slow_ratio;
    open_for:
        break_duration cooldown delay duration_of_break open_duration open_timeout
        recovery_timeout reset_after reset_timeout sleep_window wait_duration
        wait_duration_in_open wait_duration_in_open_state;
    backoff: backoff_factor backoff_multiplier exponential_backoff multiplier;
    max_open_for: max_backoff max_break_duration max_delay max_reset_timeout;
    jitter: jitter_factor randomization_factor;
    half_open_calls:
        half_open_max_calls half_open_max_requests half_open_requests max_probes max_requests
        permitted_calls_in_half_open permitted_number_of_calls_in_half_open_state probes;
    success_threshold: close_after half_open_successes required_successes success_count successes;
    probe_failures: half_open_failures;
    probe_timeout: half_open_timeout max_wait_duration_in_half_open_state;
    ramp: gradual_recovery ramp_up recovery_ramp slow_start warm_up warmup;
    cancel_after: cancellation_threshold cancelled_after;
    max_keys: cache_size capacity key_capacity max_breakers max_capacity max_entries max_instances;
    idle_ttl:
        evict_after expire_after idle_after idle_timeout key_ttl time_to_idle time_to_live ttl;
    latency: histogram latency_histogram measure_latency record_latency timings track_latency;
    critical: essential fail_health mandatory required vital;
};

/// The settings of one guarded function, which only its attribute can contain.
pub(crate) const FUNCTION_SETTINGS: &Synonyms = synonyms! {
    name: breaker breaker_name circuit id label;
    open_for_hint:
        break_duration_generator delay_fn delay_function open_hint retry_after retry_after_header
        wait_interval_function wait_interval_function_in_open_state;
    call_timeout:
        call_limit command_timeout deadline execution_timeout operation_timeout request_timeout
        time_limit timeout_duration;
    ignore: exclude ignore_errors ignore_exceptions ignored_errors;
    success: success_if;
    failure:
        expected_exception failure_if failure_predicate failure_when record_exceptions
        should_handle;
    classify: classifier failure_classifier is_failure is_success is_successful;
    fallback: fallback_fn fallback_function fallback_method on_reject;
    fallback_on: fallback_for fallback_if fallback_when;
    key: group_by group_key key_by key_fn keyed_by partition_by partition_key per_key;
    registry:;
    crate: crate_name crate_path krate runtime;
};

/// Finds the setting that other circuit breakers call `word`.
pub(crate) fn translate(word: &str, settings: &Synonyms) -> Option<&'static str> {
    let row = settings.iter().find(|(_, others)| others.contains(&word));
    row.map(|(name, _)| *name)
}

/// Finds the candidate that differs least from `word`, by at most two letters. Of several candidates
/// with the same distance, the first one wins.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = word.chars().count();
    // The distance costs time and memory per letter: compute it for words of similar length only.
    let similar = |candidate: &&str| candidate.chars().count().abs_diff(length) <= 2;
    candidates
        .into_iter()
        .filter(similar)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(far, candidate)| *far <= 2 && *far < candidate.chars().count())
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

/// Counts the letters to insert, remove or replace to turn one word into the other.
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
