use super::{SettingName, ValueKind, unknown};
use crate::grammar::words;

#[test]
fn each_setting_has_a_row_of_synonyms() {
    let names = |of_a_breaker: bool| {
        let all = SettingName::ALL.iter();
        let is_of_a_breaker =
            |kind| matches!(kind, ValueKind::Breaker(_) | ValueKind::CallTimeout(_));
        let some = all.filter(move |it| is_of_a_breaker(it.kind()) == of_a_breaker);
        some.map(|it| it.as_str()).collect::<Vec<_>>()
    };
    let rows = |table: &words::Synonyms| table.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    assert_eq!(rows(words::BREAKER_SETTINGS), names(true));
    assert_eq!(rows(words::FUNCTION_SETTINGS), names(false));
}

#[test]
fn a_word_of_another_circuit_breaker_leads_to_the_setting() {
    for (name, others) in [words::BREAKER_SETTINGS, words::FUNCTION_SETTINGS].concat() {
        for word in others {
            let guessed = SettingName::guess(word, false);
            let guessed: Vec<_> = guessed.into_iter().map(SettingName::as_str).collect();
            assert_eq!(guessed, [name], "{word}");
            assert_eq!(SettingName::find(word), None, "{word}");
        }
    }
}

/// Returns the guesses for a word before `=`.
fn guess(word: &str) -> Vec<SettingName> {
    SettingName::guess(word, false)
}

#[test]
fn up_to_two_letters_may_be_wrong() {
    assert_eq!(guess("opn_fr"), [SettingName::OpenFor]);
    assert_eq!(guess("op_fr"), []);
    assert_eq!(guess("failures"), [SettingName::Threshold]);
    let in_parentheses = |word: &str| SettingName::guess(word, true);
    assert_eq!(in_parentheses("failures"), [SettingName::Failure]);
    assert_eq!(in_parentheses("fail"), [SettingName::Failure]);
    assert_eq!(in_parentheses("opn_fr"), [SettingName::OpenFor]);
}

#[test]
fn the_beginning_of_a_setting_means_the_setting() {
    assert_eq!(guess("thr"), [SettingName::Threshold]);
    assert_eq!(guess("half"), [SettingName::HalfOpenCalls]);
    assert_eq!(guess("successT"), [SettingName::SuccessThreshold]);
    let of_max = [
        SettingName::MaxFailures,
        SettingName::MaxOpenFor,
        SettingName::MaxInFlight,
        SettingName::MaxKeys,
        SettingName::MaxOpenShare,
    ];
    assert_eq!(guess("max_"), of_max);
    assert_eq!(
        guess("max_o"),
        [SettingName::MaxOpenFor, SettingName::MaxOpenShare]
    );
    assert_eq!(guess("th"), []);
    assert_eq!(
        unknown("max", &guess("max")),
        "unknown setting `max`; did you mean `max_failures`, `max_open_for`, `max_in_flight`, `max_keys` or \
         `max_open_share`?"
    );
}

#[test]
fn other_spellings_mean_the_setting() {
    for word in [
        "openFor",
        "OpenFor",
        "OPEN_FOR",
        "OPENFOR",
        "open_for_",
        "open_for_ms",
    ] {
        assert_eq!(guess(word), [SettingName::OpenFor], "{word}");
    }
}

#[test]
fn an_override_is_not_a_setting_of_the_attribute() {
    for word in ["force", "enabled", "Disabled", "state"] {
        let message = format!(
            "unknown setting `{word}`; to override the state, call `force_open` or `force_closed`, \
             or set `force` in a file"
        );
        assert_eq!(unknown(word, &guess(word)), message);
    }
}

#[test]
fn a_timeout_in_any_spelling_is_ambiguous() {
    for word in [
        "timeout",
        "Timeout",
        "timeoutInMilliseconds",
        "time_out",
        "timeout_ms",
    ] {
        let message = unknown(word, &guess(word));
        assert!(
            message.starts_with(&format!("`{word}` is ambiguous:")),
            "{message}"
        );
    }
}

/// Returns the other settings that a setting needs.
fn needed(name: SettingName) -> &'static str {
    match name {
        SettingName::FallbackOn => ", fallback = pay_later",
        SettingName::Window => ", failure_rate = 0.5",
        SettingName::MaxFailures | SettingName::FailureRate => ", window = \"60s\"",
        SettingName::MaxKeys | SettingName::IdleTtl | SettingName::MaxOpenShare => ", key = host",
        SettingName::ProbeAlways => ", probe = ping",
        SettingName::SlowRate => ", window = \"60s\", slow_call = \"2s\"",
        _ => "",
    }
}

#[test]
fn every_example_is_accepted() {
    for setting in SettingName::ALL {
        let name = if *setting == SettingName::Name {
            ""
        } else {
            "name = \"payment\", "
        };
        let attribute = format!("{name}{}{}", setting.example(), needed(*setting));
        let item = "async fn pay() -> Result<(), Error> { charge() }";
        let errors = crate::expand::tests::messages(&attribute, item);
        assert!(errors.is_empty(), "{attribute}: {errors:?}");
    }
}

#[test]
fn the_reference_describes_each_setting_in_order() {
    let reference = include_str!("../../../../breaker-runtime/src/attribute.md");
    let (mut rows, mut sections) = (include_str!("../../settings.md"), reference);
    let advance = |text: &mut &'static str, found: &str| match text.split_once(found) {
        Some((_, rest)) => *text = rest,
        None => panic!("`{found}` is missing or in the wrong order"),
    };
    for setting in SettingName::ALL {
        let (name, form) = (setting.as_str(), setting.with_value("P"));
        let shown = if setting.kind() == ValueKind::Pattern {
            &form
        } else {
            name
        };
        advance(&mut rows, &format!("\n| [`{shown}`](#{name}) |"));
        advance(&mut sections, &format!("\n## `{name}`\n"));
        let section = sections.split("\n## ").next().unwrap_or_default();
        assert!(section.contains("#[circuit_breaker("), "{name}: an example");
    }
}
