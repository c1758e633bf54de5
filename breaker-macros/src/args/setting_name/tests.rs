use super::{Key, Kind};
use crate::grammar::words;

#[test]
fn each_row_of_the_words_is_a_key() {
    for (rows, of_a_breaker) in [
        (words::BREAKER_SETTINGS, true),
        (words::FUNCTION_SETTINGS, false),
    ] {
        for (name, others) in rows {
            let key = Key::find(name).unwrap_or_else(|| panic!("`{name}` is not a key"));
            assert_eq!(
                matches!(key.kind(), Kind::Number(_)),
                of_a_breaker,
                "{name}"
            );
            for word in *others {
                assert_eq!(Key::meant(word, false), Some(key), "{word}");
            }
        }
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
