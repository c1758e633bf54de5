use super::{
    BREAKER_SETTINGS, FUNCTION_SETTINGS, LISTENERS, OVERRIDES, begun, is_listener, is_override,
    is_timeout, misspelt, spelling, translate,
};

#[test]
fn each_word_of_another_circuit_breaker_leads_to_one_setting() {
    let all = [BREAKER_SETTINGS, FUNCTION_SETTINGS].concat();
    let mut seen = Vec::new();
    for (name, others) in &all {
        seen.push(spelling(name));
        seen.extend(others.iter().map(|word| spelling(word)));
        for word in *others {
            for spelt in spellings(word) {
                assert_eq!(translate(&spelt, &all), Some(*name), "{spelt}");
            }
        }
    }
    seen.extend(
        OVERRIDES
            .iter()
            .chain(&LISTENERS)
            .map(|word| spelling(word)),
    );
    let words = seen.len();
    seen.sort_unstable();
    let twice: Vec<_> = seen.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert_eq!(seen.len(), words);
}

/// Returns a word as other languages and formats spell it.
fn spellings(word: &str) -> [String; 7] {
    let pascal: String = word.split('_').map(capitalized).collect();
    let camel = pascal[..1].to_lowercase() + &pascal[1..];
    [
        word.to_owned(),
        word.replace('_', "-"),
        word.to_uppercase(),
        word.replace('_', "").to_uppercase(),
        word.split('_')
            .map(capitalized)
            .collect::<Vec<_>>()
            .join("-"),
        pascal,
        camel,
    ]
}

fn capitalized(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

#[test]
fn a_word_may_end_with_a_unit() {
    for word in [
        "sleepWindowInMilliseconds",
        "reset_timeout_ms",
        "cool-off-time-seconds",
    ] {
        assert_eq!(
            translate(word, BREAKER_SETTINGS),
            Some("open_for"),
            "{word}"
        );
    }
    assert_eq!(
        translate("statIntervalMs", BREAKER_SETTINGS),
        Some("window")
    );
    assert_eq!(translate("ms", BREAKER_SETTINGS), None);
}

#[test]
fn a_word_for_a_setting_may_be_one_for_an_override_or_a_listener() {
    assert!(is_override("Enabled") && is_override("force-open") && !is_override("open_for"));
    assert!(is_listener("onStateChange") && !is_listener("on_reject"));
    assert!(is_timeout("timeoutMs") && !is_timeout("reset_timeout"));
}

#[test]
fn a_word_of_three_letters_begins_settings() {
    let names = ["open_for", "open_for_hint", "threshold"];
    assert_eq!(begun("Open", names), ["open_for", "open_for_hint"]);
    assert_eq!(begun("threshold_", names), ["threshold"]);
    assert_eq!(begun("th", names), [""; 0]);
    assert_eq!(begun("___", names), [""; 0]);
}

#[test]
fn a_misspelt_word_may_be_spelt_in_any_way() {
    assert_eq!(
        misspelt("OpenFr", ["threshold", "open_for"]),
        Some("open_for")
    );
    assert_eq!(misspelt("colour", ["threshold", "open_for"]), None);
}

#[test]
fn well_known_words_lead_to_the_setting() {
    for (word, setting) in [
        ("failure_threshold", "threshold"),
        ("failures", "threshold"),
        ("sliding_window_size", "window"),
        ("sampling_duration", "window"),
        ("max_errors", "max_failures"),
        ("rollingCountTimeout", "window"),
        ("slidingWindowType", "window"),
        ("ConsecutiveFailuresToOpen", "threshold"),
        ("consecutive5xxErrors", "threshold"),
        ("failure_rate_threshold", "failure_rate"),
        ("error_threshold_percentage", "failure_rate"),
        ("minimum_number_of_calls", "min_calls"),
        ("volume_threshold", "min_calls"),
        ("slow_call_duration_threshold", "slow_call"),
        ("slow_call_rate_threshold", "slow_rate"),
        ("reset_timeout", "open_for"),
        ("recovery_timeout", "open_for"),
        ("break_duration", "open_for"),
        ("cool_off_time", "open_for"),
        ("error_timeout", "open_for"),
        ("baseEjectionTime", "open_for"),
        ("wait_duration_in_open", "open_for"),
        ("multiplier", "backoff"),
        ("exponentialBackoffMultiplier", "backoff"),
        ("exponentialMaxWaitDurationInOpenState", "max_open_for"),
        ("randomizedWaitFactor", "jitter"),
        ("max_reset_timeout", "max_open_for"),
        ("randomization_factor", "jitter"),
        ("max_requests", "half_open_calls"),
        ("successes", "success_threshold"),
        ("recovery_threshold", "success_threshold"),
        ("HalfOpenProbeTimeout", "probe_timeout"),
        ("half_open_failures", "probe_failures"),
        ("half_open_timeout", "probe_timeout"),
        ("slow_start", "ramp"),
        ("cancelled_after", "cancel_after"),
        ("maxConsecutiveCancellations", "cancelled_in_a_row"),
        ("execution_timeout", "call_timeout"),
        ("max_entries", "max_keys"),
        ("max_capacity", "max_keys"),
        ("idle_timeout", "idle_ttl"),
        ("evict_after", "idle_ttl"),
        ("histogram", "latency"),
        ("timings", "latency"),
        ("vital", "critical"),
        ("distributed", "shared"),
        ("cluster_mode", "shared"),
        ("dry_run", "shadow"),
        ("maxEjectionPercent", "max_open_share"),
        ("bulkhead", "max_in_flight"),
        ("max_concurrent_calls", "max_in_flight"),
        ("metrics_only", "shadow"),
    ] {
        assert_eq!(translate(word, BREAKER_SETTINGS), Some(setting), "{word}");
        assert_eq!(translate(word, FUNCTION_SETTINGS), None, "{word}");
    }
    for (word, setting) in [
        ("fallback_method", "fallback"),
        ("recordExceptions", "failure"),
        ("ignoreExceptions", "ignore"),
        ("open_immediately", "trip"),
        ("partition_key", "key"),
    ] {
        assert_eq!(translate(word, FUNCTION_SETTINGS), Some(setting), "{word}");
        assert_eq!(translate(word, BREAKER_SETTINGS), None, "{word}");
    }
    assert_eq!(translate("", FUNCTION_SETTINGS), None);
}
