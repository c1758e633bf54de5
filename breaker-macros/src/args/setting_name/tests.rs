use super::{SettingName, ValueKind};
use crate::grammar::words;

#[test]
fn each_setting_has_a_row_of_synonyms() {
    let names = |of_a_breaker: bool| {
        let all = SettingName::ALL.iter();
        let some = all.filter(move |it| matches!(it.kind(), ValueKind::Breaker(_)) == of_a_breaker);
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
            let guessed = SettingName::guess(word, false).map(SettingName::as_str);
            assert_eq!(guessed, Some(name), "{word}");
            assert_eq!(SettingName::find(word), None, "{word}");
        }
    }
}

#[test]
fn up_to_two_letters_may_be_wrong() {
    assert_eq!(
        SettingName::guess("opn_fr", false),
        Some(SettingName::OpenFor)
    );
    assert_eq!(SettingName::guess("op_fr", false), None);
    assert_eq!(
        SettingName::guess("failures", false),
        Some(SettingName::Threshold)
    );
    assert_eq!(
        SettingName::guess("failures", true),
        Some(SettingName::Failure)
    );
    assert_eq!(
        SettingName::guess("opn_fr", true),
        Some(SettingName::OpenFor)
    );
}

/// Returns the other settings that a setting needs.
fn needed(name: SettingName) -> &'static str {
    match name {
        SettingName::FallbackOn => ", fallback = pay_later",
        SettingName::Window => ", failure_rate = 0.5",
        SettingName::MaxFailures | SettingName::FailureRate => ", window = \"60s\"",
        SettingName::MaxKeys | SettingName::IdleTtl => ", key = host",
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
    let (mut rows, mut sections) = (reference, reference);
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
