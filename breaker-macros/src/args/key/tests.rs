use super::{Key, Kind, distance};

#[test]
fn no_word_of_another_breaker_is_a_key() {
    for key in Key::ALL {
        for word in key.row().others {
            assert_eq!(Key::find(word), None, "{word}");
            assert_eq!(Key::meant(word, false), Some(*key), "{word} stands twice");
        }
    }
}

#[test]
fn words_of_other_breakers_lead_to_the_key() {
    for (word, key) in [
        ("failure_threshold", "threshold"),
        ("failures", "threshold"),
        ("reset_timeout", "open_for"),
        ("recovery_timeout", "open_for"),
        ("break_duration", "open_for"),
        ("max_requests", "half_open_calls"),
        ("fallback_method", "fallback"),
        ("sliding_window_size", "window"),
        ("sampling_duration", "window"),
        ("failure_rate_threshold", "failure_rate"),
        ("error_threshold_percentage", "failure_rate"),
        ("minimum_number_of_calls", "min_calls"),
        ("volume_threshold", "min_calls"),
        ("slow_call_duration_threshold", "slow_call"),
        ("slow_call_rate_threshold", "slow_rate"),
        ("execution_timeout", "call_timeout"),
        ("partition_key", "key"),
        ("max_entries", "max_keys"),
        ("idle_timeout", "idle_ttl"),
        ("histogram", "latency"),
        ("essential", "critical"),
    ] {
        assert_eq!(Key::meant(word, false).map(Key::name), Some(key), "{word}");
    }
}

#[test]
fn up_to_two_letters_may_be_wrong() {
    assert_eq!(Key::meant("opn_fr", false), Some(Key::OpenFor));
    assert_eq!(Key::meant("op_fr", false), None);
    assert_eq!(Key::meant("failures", false), Some(Key::Threshold));
    assert_eq!(Key::meant("failures", true), Some(Key::Failure));
    assert_eq!(Key::meant("opn_fr", true), Some(Key::OpenFor));
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

/// The other keys that a key needs.
fn needed(key: Key) -> &'static str {
    match key {
        Key::FallbackOn => ", fallback = pay_later",
        Key::Window => ", failure_rate = 0.5",
        Key::MaxFailures | Key::FailureRate => ", window = \"60s\"",
        Key::MaxKeys | Key::IdleTtl => ", key = host",
        Key::SlowRate => ", window = \"60s\", slow_call = \"2s\"",
        _ => "",
    }
}

#[test]
fn every_example_is_accepted() {
    for key in Key::ALL {
        let name = if *key == Key::Name {
            ""
        } else {
            "name = \"payment\", "
        };
        let attribute = format!("{name}{}{}", key.example(), needed(*key));
        let item = "async fn pay() -> Result<(), Error> { charge() }";
        let errors = crate::expand::tests::messages(&attribute, item);
        assert!(errors.is_empty(), "{attribute}: {errors:?}");
    }
}

#[test]
fn the_documentation_has_each_key_in_order() {
    let reference = include_str!("../../../../breaker-runtime/src/attribute.md");
    let readme = include_str!("../../../../README.md");
    let (mut rows, mut examples, mut short) = (reference, reference, readme);
    let behind = |text: &mut &'static str, found: &str| match text.split_once(found) {
        Some((_, rest)) => *text = rest,
        None => panic!("`{found}` is missing, or stands in another place"),
    };
    for key in Key::ALL {
        let (name, form) = (key.name(), key.form("P"));
        let shown = if key.kind() == Kind::Pattern {
            &form
        } else {
            name
        };
        behind(&mut rows, &format!("\n| [`{shown}`](#{name}) |"));
        behind(&mut examples, &format!("\n## `{name}`\n"));
        behind(&mut short, &format!("\n| `{shown}` |"));
        let section = examples.split("\n## ").next().unwrap_or_default();
        assert!(section.contains("#[circuit_breaker("), "{name}: an example");
    }
}
