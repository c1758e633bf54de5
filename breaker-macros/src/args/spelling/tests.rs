use super::spelled;

#[test]
fn tokens_are_spelt_as_a_person_writes_them() {
    for text in [
        "\"payment\"",
        "-5",
        "max::<1, 2>(3, 4)",
        "Err(E::X)",
        "Err(A | B) if wanted",
        "Err(E { code, .. })",
        "&mut self.limit",
        "[1, 2]",
    ] {
        let tokens = text.parse().expect("the test's own tokens");
        assert_eq!(spelled(tokens).as_deref(), Some(text));
    }
}

#[test]
fn a_long_text_is_not_repeated() {
    let tokens = "x ".repeat(100).parse().expect("the test's own tokens");
    assert_eq!(spelled(tokens), None);
}
