use super::{nearest, shown, unknown_key};

#[test]
fn a_slip_names_the_key_that_was_meant() {
    for (word, key) in [
        ("treshold", "threshold"),
        ("openfor", "open_for"),
        ("open-for", "open_for"),
        ("openFor", "open_for"),
        ("maxOpenFor", "max_open_for"),
        ("THRESHOLD", "threshold"),
        ("forse", "force"),
        ("ramps", "ramp"),
    ] {
        let message = format!("unknown key `{word}`; did you mean `{key}`?");
        assert_eq!(unknown_key(word), message);
    }
}

#[test]
fn the_word_of_another_circuit_breaker_names_the_key_of_this_one() {
    for (word, key) in [
        ("failure_threshold", "threshold"),
        ("failureRateThreshold", "failure_rate"),
        ("sliding_window_size", "window"),
        ("max_errors", "max_failures"),
        ("minimum_number_of_calls", "min_calls"),
        ("slow_call_duration_threshold", "slow_call"),
        ("slow_call_rate_threshold", "slow_rate"),
        ("reset_timeout", "open_for"),
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
        ("time_to_idle", "idle_ttl"),
        ("force_open", "force"),
    ] {
        let message = format!("unknown key `{word}`; did you mean `{key}`?");
        assert_eq!(unknown_key(word), message);
    }
}

#[test]
fn what_is_near_nothing_lists_the_keys() {
    assert_eq!(
        unknown_key("colour"),
        "unknown key `colour`; the keys are `threshold`, `window`, `max_failures`, `failure_rate`, \
         `min_calls`, `slow_call`, `slow_rate`, `open_for`, `backoff`, `max_open_for`, `jitter`, \
         `half_open_calls`, `success_threshold`, `probe_failures`, `probe_timeout`, `ramp`, \
         `cancel_after`, `max_keys`, `idle_ttl`, `latency`, `critical`, `force`"
    );
}

#[test]
fn a_key_of_a_function_is_told_from_those_of_a_breaker() {
    assert_eq!(
        unknown_key("call_timeout"),
        "`call_timeout` belongs to a function, not to its breaker: it stands in the attribute only"
    );
    assert_eq!(
        unknown_key("timeout"),
        "`timeout` is ambiguous: `open_for` is how long the circuit stays open, and \
         `call_timeout`, which limits one call, stands in the attribute only"
    );
}

#[test]
fn the_nearest_is_at_most_two_letters_away() {
    let names = ["payment", "mail", "db"];
    assert_eq!(nearest("payments", names), Some("payment"));
    assert_eq!(nearest("pyament", names), Some("payment"));
    assert_eq!(nearest("paymint22", names), None);
    assert_eq!(nearest("mail", names), Some("mail"));
    assert_eq!(nearest("xy", names), None);
    assert_eq!(nearest("", names), None);
}

#[test]
fn a_word_stays_on_one_line_of_a_message() {
    assert_eq!(shown("a\nb\u{202e}\"'"), "a\\nb\\u{202e}\"'");
    let long = "k".repeat(if cfg!(miri) { 1_000 } else { 1_000_000 });
    assert_eq!(shown(&long), "k".repeat(60) + "…");
    assert!(unknown_key(&long).len() < 1000);
}
