use super::{shown, unknown_setting};
use crate::config::Setting;
use crate::config::grammar::words::BREAKER_SETTINGS;

#[test]
fn a_misspelt_word_names_the_setting_that_was_meant() {
    for (word, key) in [
        ("treshold", "threshold"),
        ("openfor", "open_for"),
        ("open-for", "open_for"),
        ("openFor", "open_for"),
        ("maxOpenFor", "max_open_for"),
        ("THRESHOLD", "threshold"),
        ("forse", "force"),
        ("ramps", "ramp"),
        ("thr", "threshold"),
        ("half-open", "half_open_calls"),
        ("max_open_f", "max_open_for"),
    ] {
        let message = format!("unknown setting `{word}`; did you mean `{key}`?");
        assert_eq!(unknown_setting(word), message);
    }
}

#[test]
fn the_word_of_another_circuit_breaker_names_the_setting_of_this_one() {
    for (word, setting) in [
        ("failure_threshold", "threshold"),
        ("failureRateThreshold", "failure_rate"),
        ("max-capacity", "max_keys"),
        ("force_open", "force"),
        ("override", "force"),
        ("enabled", "force"),
        ("Disabled", "force"),
        ("STATE", "force"),
        ("cool_off_time", "open_for"),
        ("error_timeout", "open_for"),
        ("baseEjectionTime", "open_for"),
        ("slidingWindowType", "window"),
        ("ConsecutiveFailuresToOpen", "threshold"),
        ("consecutive5xxErrors", "threshold"),
        ("exponential-backoff-multiplier", "backoff"),
        (
            "EXPONENTIAL_MAX_WAIT_DURATION_IN_OPEN_STATE",
            "max_open_for",
        ),
        ("RANDOMIZEDWAITFACTOR", "jitter"),
        ("HalfOpenProbeTimeout", "probe_timeout"),
        ("recovery_threshold", "success_threshold"),
        ("rollingCountTimeout", "window"),
    ] {
        let message = format!("unknown setting `{word}`; did you mean `{setting}`?");
        assert_eq!(unknown_setting(word), message);
    }
}

#[test]
fn the_words_for_settings_of_a_breaker_are_those_of_the_table() {
    let names: Vec<_> = BREAKER_SETTINGS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, Setting::ALL.map(Setting::name));
}

#[test]
fn a_word_without_a_suggestion_lists_all_settings() {
    assert_eq!(
        unknown_setting("colour"),
        "unknown setting `colour`; the settings are `threshold`, `window`, `max_failures`, `failure_rate`, \
         `min_calls`, `slow_call`, `slow_rate`, `open_for`, `backoff`, `max_open_for`, `jitter`, \
         `half_open_calls`, `success_threshold`, `probe_failures`, `probe_timeout`, `ramp`, \
         `max_in_flight`, `call_timeout`, `cancel_after`, `cancelled_in_a_row`, `max_keys`, `idle_ttl`, `max_open_share`, `latency`, `critical`, `shared`, \
         `shadow`, `force`"
    );
}

#[test]
fn a_setting_of_a_function_belongs_in_the_attribute() {
    for name in ["fallback", "name", "crate"] {
        assert_eq!(
            unknown_setting(name),
            format!(
                "`{name}` is a setting of a function, not of its breaker: write it in the attribute"
            )
        );
    }
    assert_eq!(
        unknown_setting("fallbackMethod"),
        "unknown setting `fallbackMethod`; `fallback` is a setting of a function, not of its breaker: \
         write it in the attribute"
    );
    for (word, setting) in [
        ("recordExceptions", "failure"),
        ("ignore-exceptions", "ignore"),
        ("FallbackMethod", "fallback"),
    ] {
        let message = format!(
            "unknown setting `{word}`; `{setting}` is a setting of a function, not of its breaker: \
             write it in the attribute"
        );
        assert_eq!(unknown_setting(word), message);
    }
    assert_eq!(
        unknown_setting("onStateChange"),
        "unknown setting `onStateChange`; to observe events, the program calls `Registry::subscribe`"
    );
    assert_eq!(
        unknown_setting("executionTimeout"),
        "unknown setting `executionTimeout`; did you mean `call_timeout`?"
    );
    assert_eq!(
        unknown_setting("max"),
        "unknown setting `max`; did you mean `max_failures`, `max_open_for`, `max_in_flight`, `max_keys` or `max_open_share`?"
    );
    assert_eq!(
        unknown_setting("timeout"),
        "`timeout` is ambiguous: `open_for` sets how long the circuit stays open; `call_timeout` \
         limits one call"
    );
}

#[test]
fn a_word_stays_on_one_line_of_a_message() {
    assert_eq!(shown("a\nb\u{202e}\"'"), "a\\nb\\u{202e}\"'");
    let long = "k".repeat(if cfg!(miri) { 1_000 } else { 1_000_000 });
    assert_eq!(shown(&long), "k".repeat(60) + "…");
    assert!(unknown_setting(&long).len() < 1000);
}
