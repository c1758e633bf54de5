use super::{BREAKER_SETTINGS, FUNCTION_SETTINGS, distance, nearest, translate};

#[test]
fn each_word_of_another_circuit_breaker_leads_to_one_setting() {
    let all = [BREAKER_SETTINGS, FUNCTION_SETTINGS].concat();
    let mut seen = Vec::new();
    for (name, others) in &all {
        seen.push(*name);
        seen.extend(*others);
        for word in *others {
            assert_eq!(translate(word, &all), Some(*name), "{word}");
        }
    }
    let words = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), words, "a word appears twice");
}

#[test]
fn well_known_words_lead_to_the_setting() {
    for (word, setting) in [
        ("failure_threshold", "threshold"),
        ("failures", "threshold"),
        ("sliding_window_size", "window"),
        ("sampling_duration", "window"),
        ("max_errors", "max_failures"),
        ("failure_rate_threshold", "failure_rate"),
        ("error_threshold_percentage", "failure_rate"),
        ("minimum_number_of_calls", "min_calls"),
        ("volume_threshold", "min_calls"),
        ("slow_call_duration_threshold", "slow_call"),
        ("slow_call_rate_threshold", "slow_rate"),
        ("reset_timeout", "open_for"),
        ("recovery_timeout", "open_for"),
        ("break_duration", "open_for"),
        ("wait_duration_in_open", "open_for"),
        ("multiplier", "backoff"),
        ("max_reset_timeout", "max_open_for"),
        ("randomization_factor", "jitter"),
        ("max_requests", "half_open_calls"),
        ("successes", "success_threshold"),
        ("half_open_failures", "probe_failures"),
        ("half_open_timeout", "probe_timeout"),
        ("slow_start", "ramp"),
        ("cancelled_after", "cancel_after"),
        ("max_entries", "max_keys"),
        ("max_capacity", "max_keys"),
        ("idle_timeout", "idle_ttl"),
        ("evict_after", "idle_ttl"),
        ("histogram", "latency"),
        ("timings", "latency"),
        ("vital", "critical"),
    ] {
        assert_eq!(translate(word, BREAKER_SETTINGS), Some(setting), "{word}");
        assert_eq!(translate(word, FUNCTION_SETTINGS), None, "{word}");
    }
    for (word, setting) in [
        ("execution_timeout", "call_timeout"),
        ("fallback_method", "fallback"),
        ("partition_key", "key"),
    ] {
        assert_eq!(translate(word, FUNCTION_SETTINGS), Some(setting), "{word}");
        assert_eq!(translate(word, BREAKER_SETTINGS), None, "{word}");
    }
    assert_eq!(translate("", FUNCTION_SETTINGS), None);
}

#[test]
fn the_nearest_differs_by_at_most_two_letters() {
    let names = ["payment", "mail", "db"];
    assert_eq!(nearest("payments", names), Some("payment"));
    assert_eq!(nearest("pyament", names), Some("payment"));
    assert_eq!(nearest("paymint22", names), None);
    assert_eq!(nearest("mail", names), Some("mail"));
    assert_eq!(nearest("xy", names), None);
    assert_eq!(nearest("", names), None);
}

#[test]
fn the_first_of_two_equally_near_words_wins() {
    assert_eq!(nearest("bail", ["mail", "bait"]), Some("mail"));
    assert_eq!(nearest("bail", ["bait", "mail"]), Some("bait"));
}

#[test]
fn distance_counts_letters() {
    for (from, to, letters) in [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("treshold", "threshold", 1),
        ("nmae", "name", 2),
        ("kitten", "sitting", 3),
    ] {
        assert_eq!(distance(from, to), letters, "{from} {to}");
    }
}
