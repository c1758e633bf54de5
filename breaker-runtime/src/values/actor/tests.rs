use super::{Actor, Attribution, InvalidActor};

fn problem<T: std::fmt::Debug>(of: Result<T, InvalidActor>) -> String {
    of.expect_err("it is out of range").to_string()
}

#[test]
fn names_have_1_to_128_characters() {
    for name in ["a", &"ü".repeat(128)] {
        assert_eq!(Actor::new(name).expect("it is in range").name(), name);
    }
    assert_eq!(
        problem(Actor::new("x".repeat(129))),
        "the name of an actor must have 1 to 128 characters and no control characters, not 129 characters"
    );
}

#[test]
fn reasons_have_1_to_500_characters() {
    let alice = || Actor::new("alice").expect("it is in range");
    for reason in ["r", &"ü".repeat(500)] {
        let because = alice().because(reason).expect("it is in range");
        assert_eq!(because.reason(), Some(reason));
    }
    for (reason, length) in [(String::new(), 0), ("x".repeat(501), 501)] {
        let expected = format!(
            "a reason must have 1 to 500 characters and no control characters, not {length} characters"
        );
        assert_eq!(problem(alice().because(reason)), expected);
    }
}

#[test]
fn control_characters_are_named() {
    let name = problem(Actor::new("alice\u{1b}[31m"));
    assert!(name.ends_with("not `\\u{1b}`"), "{name}");
    let alice = Actor::new("alice").expect("it is in range");
    let reason = problem(alice.because("first\nsecond"));
    assert!(reason.ends_with("not `\\n`"), "{reason}");
}

#[test]
fn an_attribution_shows_what_is_known() {
    let alice = Actor::new("alice").expect("it is in range");
    assert_eq!(Attribution::from(&alice).to_string(), "alice");
    let because = alice.because("INC-42").expect("it is in range");
    assert_eq!(Attribution::from(&because).to_string(), "alice (INC-42)");
    assert_eq!(Attribution::because("test").to_string(), "code (test)");
    assert_eq!(Attribution::because(""), Attribution::default());
}

#[test]
fn the_reason_of_code_is_escaped_and_cut() {
    let by = Attribution::because(&format!("a\n{}", "x".repeat(600)));
    let reason = by.reason.expect("it was given");
    assert!(reason.starts_with("a\\nx"), "{reason}");
    assert_eq!(reason.chars().count(), 500);
}
