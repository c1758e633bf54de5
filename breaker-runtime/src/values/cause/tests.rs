use super::*;

fn text(shown: impl Display) -> String {
    let origin = Origin {
        function: Some("charge"),
        file: "src/pay.rs",
        line: 12,
    };
    Cause::new(shown, origin).text.to_string()
}

#[test]
fn a_text_has_at_most_256_characters() {
    assert_eq!(text("\u{fc}".repeat(256)), "\u{fc}".repeat(256));
    assert_eq!(text("\u{fc}".repeat(10_000)), "\u{fc}".repeat(256));
    // An escape is not cut.
    assert_eq!(text("a".repeat(255) + "\n"), "a".repeat(255));
}

#[test]
fn control_characters_are_escaped() {
    assert_eq!(text("a\nb\u{1b}[0m"), "a\\nb\\u{1b}[0m");
}

#[test]
fn formatting_stops_when_the_text_is_full() {
    struct Endless;
    impl Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("endless ")?;
            }
        }
    }
    assert_eq!(text(Endless).chars().count(), 256);
}

#[test]
fn a_cause_displays_its_text_and_its_function() {
    let origin = Origin {
        function: Some("charge"),
        file: "src/pay.rs",
        line: 12,
    };
    let cause = Cause::new("connection refused", origin);
    assert_eq!(
        cause.to_string(),
        "connection refused (`charge`, src/pay.rs:12)"
    );
}
